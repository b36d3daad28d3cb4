import path from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  type ComparisonListRow,
  renderComparisonList,
  renderShownComparison,
} from '../../src/report/comparison-list.js'
import { comparison, failedRun, finishedRun, lossNotFinite } from './comparison.js'

const wide = { color: false, columns: 120 }
const asSummary = { ...wide, details: false }

const rows: ComparisonListRow[] = [
  {
    name: 'fashion-frozen-20261124-101500-k3f9',
    comparisonDirectory: path.resolve('runs/fashion-frozen-20261124-101500-k3f9'),
    experiment: 'fashion-frozen',
    mode: 'aligned',
    status: 'finished',
    startedAt: '2026-11-24T10:15:00.000Z',
    runs: 4,
    finished: 4,
    accuracy: { tensorflow: 0.859, pytorch: 0.856 },
  },
  {
    name: 'document-resnet50-20261124-113000-p0q1',
    comparisonDirectory: path.resolve('runs/document-resnet50-20261124-113000-p0q1'),
    experiment: 'document-resnet50',
    mode: 'idiomatic',
    status: 'interrupted',
    startedAt: '2026-11-24T11:30:00.000Z',
    runs: 6,
    finished: 1,
    accuracy: { tensorflow: 0.512, pytorch: null },
  },
]

describe('the list of comparisons', () => {
  test('has a line for each with its start, mode, status, runs and accuracies', () => {
    const [, first, second] = renderComparisonList(rows, wide).split('\n')
    expect(first).toMatch(
      /fashion-frozen-20261124-101500-k3f9 +2026-11-24 \d\d:\d\d +aligned +finished +4\/4 +85\.90% +85\.60%$/,
    )
    expect(second).toMatch(/interrupted +1\/6 +51\.20% +–$/)
  })

  test.each([60, 80, 100])('fits %i columns, and cuts no name', (columns) => {
    const list = renderComparisonList(rows, { color: false, columns })
    const [table = ''] = list.split('\n\n')
    for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
    for (const { name } of rows) expect(list).toContain(name)
  })

  test('cuts nothing where lines need not fit', () => {
    expect(renderComparisonList(rows, { color: false, columns: Infinity })).not.toContain('…')
  })

  test('says what resumes the newest that was interrupted', () => {
    const list = renderComparisonList(rows, wide)
    expect(list.split('\n').at(-1)).toBe(
      'Resume with: twintune resume document-resnet50-20261124-113000-p0q1',
    )
    expect(renderComparisonList(rows.slice(0, 1), wide)).not.toContain('Resume')
  })

  test('says so when there is none', () => {
    expect(renderComparisonList([], wide)).toBe('No comparisons yet.')
    expect(renderComparisonList([], wide, 2)).toBe('None of the 2 comparisons fits the filters.')
    expect(renderComparisonList([], wide, 1)).toBe('The only comparison does not fit the filters.')
  })
})

describe('one comparison', () => {
  const name = 'fashion-frozen-20261124-101500-k3f9'
  const comparisonDirectory = path.resolve('runs', name)

  test('shows its comparison where there is one', () => {
    const view = renderShownComparison(
      { name, comparisonDirectory, status: 'finished', comparison: comparison(), results: [] },
      asSummary,
    )
    expect(view).toContain('Fairness contract')
    expect(view.split('\n').at(-1)).toBe(`All figures and their evidence: twintune show ${name} --details`)
  })

  test('shows each seed, and names no other command, where all is asked for', () => {
    const view = renderShownComparison(
      { name, comparisonDirectory, status: 'finished', comparison: comparison(), results: [] },
      { ...asSummary, details: true },
    )
    expect(view).toMatch(/seed 1 +85\.70%/)
    expect(view).not.toContain('--details')
  })

  test('shows what each run came to where it was interrupted', () => {
    const results = [finishedRun('tensorflow', 0), failedRun('pytorch', 0, lossNotFinite)]
    const view = renderShownComparison(
      { name, comparisonDirectory, status: 'interrupted', comparison: null, results },
      asSummary,
    )
    expect(view).toContain(`${name}  interrupted`)
    expect(view).toMatch(/TensorFlow +seed 0 +finished +86\.10% +0\.4102 +20 s/)
    expect(view).toMatch(/PyTorch +seed 0 +failed +–/)
    expect(view).toContain('The loss became NaN')
  })

  test.each(['interrupted', 'cancelled'] as const)('says what resumes it when it is %s', (status) => {
    const view = renderShownComparison(
      { name, comparisonDirectory, status, comparison: null, results: [] },
      asSummary,
    )
    expect(view.split('\n').at(-1)).toBe(`Resume with: twintune resume ${name}`)
  })

  test('names its folder where its name alone would not be found', () => {
    const elsewhere = { name, comparisonDirectory: `/data/runs/${name}`, comparison: null, results: [] }
    const view = renderShownComparison({ ...elsewhere, status: 'interrupted' }, asSummary)
    expect(view.split('\n').at(-1)).toBe(`Resume with: twintune resume /data/runs/${name}`)
  })

  test.each(['finished', 'failed', 'running'] as const)('offers to resume none that is %s', (status) => {
    expect(
      renderShownComparison({ name, comparisonDirectory, status, comparison: null, results: [] }, asSummary),
    ).not.toContain('Resume')
  })

  test('says that another version wrote what this one cannot read', () => {
    const shown = { name, comparisonDirectory, status: 'unreadable' as const, comparison: null, results: [] }
    expect(renderShownComparison(shown, asSummary)).toContain('another version wrote it')
  })

  test('says so when no run came to an end', () => {
    expect(
      renderShownComparison(
        { name, comparisonDirectory, status: 'interrupted', comparison: null, results: [] },
        asSummary,
      ),
    ).toContain('No run came to an end.')
  })
})
