import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ComparisonListedLine } from '../../src/lines/comparison.js'
import type { SweepListedLine } from '../../src/lines/sweep.js'
import { type FolderListRow, renderFolderList } from '../../src/report/folder-list.js'

const wide = { color: false, columns: 140 }

const rows: FolderListRow[] = [
  {
    type: 'comparison-listed',
    name: 'fashion-frozen-20261124-101500-k3f9',
    comparisonDirectory: path.resolve('runs/fashion-frozen-20261124-101500-k3f9'),
    experiment: 'fashion-frozen',
    mode: 'aligned',
    status: 'finished',
    startedAt: '2026-11-24T10:15:00.000Z',
    runs: 4,
    finished: 4,
    accuracy: { tensorflow: 0.859, pytorch: 0.856 },
    sweep: null,
  },
  {
    type: 'comparison-listed',
    name: 'document-resnet50-20261124-113000-p0q1',
    comparisonDirectory: path.resolve('runs/document-resnet50-20261124-113000-p0q1'),
    experiment: 'document-resnet50',
    mode: 'idiomatic',
    status: 'interrupted',
    startedAt: '2026-11-24T11:30:00.000Z',
    runs: 6,
    finished: 1,
    accuracy: { tensorflow: 0.512, pytorch: null },
    sweep: null,
  },
]

describe('the list of comparisons', () => {
  test('has a line for each with its start, mode, status, runs and accuracies', () => {
    const [, first, second] = renderFolderList(rows, wide).split('\n')
    expect(first).toMatch(
      /fashion-frozen-20261124-101500-k3f9 +2026-11-24 \d\d:\d\d +aligned +finished +4\/4 +85\.90% +85\.60%$/,
    )
    expect(second).toMatch(/interrupted +1\/6 +51\.20% +–$/)
  })

  test.each([60, 80, 100])('fits %i columns, and cuts no name', (columns) => {
    const list = renderFolderList(rows, { color: false, columns })
    const [table = ''] = list.split('\n\n')
    for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
    for (const { name } of rows) expect(list).toContain(name)
  })

  test('cuts nothing where lines need not fit', () => {
    expect(renderFolderList(rows, { color: false, columns: Infinity })).not.toContain('…')
  })

  test('says what resumes the newest that was interrupted', () => {
    const list = renderFolderList(rows, wide)
    expect(list.split('\n').at(-1)).toBe(
      'Resume with: twintune resume document-resnet50-20261124-113000-p0q1',
    )
    expect(renderFolderList(rows.slice(0, 1), wide)).not.toContain('Resume')
  })

  test('says so when there is none', () => {
    expect(renderFolderList([], wide)).toBe('No comparisons yet.')
    expect(renderFolderList([], wide, 2)).toBe('None of the 2 comparisons and sweeps fits the filters.')
    expect(renderFolderList([], wide, 1)).toBe('The only comparison or sweep does not fit the filters.')
  })
})

describe('a sweep in the list', () => {
  const sweep: SweepListedLine = {
    ...{ type: 'sweep-listed', name: 'pets-sweep-1', sweepDirectory: path.resolve('runs/pets-sweep-1') },
    ...{ experiment: 'pets', status: 'interrupted', startedAt: '2026-11-24T11:00:00.000Z', mode: 'aligned' },
    ...{ frameworks: ['tensorflow', 'pytorch'], strategy: 'optuna', sampler: 'gp', trials: 42, ended: 40 },
  }
  const final = (name: string): ComparisonListedLine => ({
    ...{ type: 'comparison-listed', name, comparisonDirectory: path.resolve('runs', name), experiment: name },
    ...{
      mode: 'aligned',
      status: 'interrupted',
      startedAt: '2026-11-24T12:00:00.000Z',
      runs: 4,
      finished: 4,
    },
    ...{ accuracy: { tensorflow: 0.8, pytorch: 0.8 }, sweep: 'pets-sweep-1' },
  })
  const [standing, best] = [final('pets-default-3'), final('pets-best-2')]

  test('stands with its strategy and its trials above the comparisons of its final, as they began', () => {
    const list = renderFolderList([standing, best, ...rows, sweep], wide).split('\n')
    const at = list.findIndex((line) => line.includes('pets-sweep-1'))
    expect(list[at]).toMatch(/^ *pets-sweep-1 .*sweep, Optuna \(gp\) +interrupted +40\/42 trials/)
    expect(list[at + 1]).toMatch(/└ pets-best-2 .*aligned, final .*4\/4 +80\.00%/)
    expect(list[at + 2]).toContain('└ pets-default-3')
  })

  test('is what goes on where it was stopped in its final', () => {
    const last = renderFolderList([standing, best, sweep], wide).split('\n').at(-1)
    expect(last).toBe('Resume with: twintune sweep --resume pets-sweep-1')
  })

  test('leaves its final known as one where it is not listed itself', () => {
    expect(renderFolderList([best], wide)).toMatch(/ {2}pets-best-2 .*aligned, final/)
  })
})
