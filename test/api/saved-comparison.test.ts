import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { listComparisons, openComparison, writeReport, writeSideBySide } from '../../src/index.js'
import { comparison } from '../report/comparison.js'

const runsDirectory = mkdtempSync(path.join(tmpdir(), 'twintune-saved-'))
afterAll(() => rmSync(runsDirectory, { recursive: true }))

const name = 'cats-20261124-101500-k3f9'
const folder = path.join(runsDirectory, name)
const run = { framework: 'tensorflow', seed: 0 } as const
const folderOfRun = path.join(folder, 'tensorflow-seed0')
mkdirSync(folderOfRun, { recursive: true })
const events = [
  {
    type: 'comparison-started',
    time: '2026-11-24T10:15:00.000Z',
    experiment: 'cats',
    mode: 'aligned',
    comparisonDirectory: folder,
    runs: [run, { framework: 'pytorch', seed: 0 }],
    evidence: { replay: 'first', crossEvaluation: true },
  },
  { type: 'worker', time: '2026-11-24T10:15:01.000Z', framework: 'pytorch', state: 'ready' },
]
writeFileSync(
  path.join(folder, 'events.jsonl'),
  events.map((event) => `${JSON.stringify(event)}\n`).join('not an event\n'),
)
writeFileSync(path.join(folder, 'comparison.json'), JSON.stringify(comparison()))
writeFileSync(
  path.join(folderOfRun, 'evaluation.json'),
  JSON.stringify({ classes: ['cat', 'dog', 'owl'], confusion: [], perClass: [], topLosses: [] }),
)
cpSync(
  path.resolve(import.meta.dirname, '../fixtures/predictions/predictions.safetensors'),
  path.join(folderOfRun, 'predictions.safetensors'),
)

describe('a comparison that is read later', () => {
  it('is found by the end of its name, and listed', async () => {
    const opened = await openComparison('k3f9', { runsDirectory })
    expect(opened).toMatchObject({
      name,
      comparisonDirectory: folder,
      experiment: 'cats',
      status: 'finished',
    })
    expect(opened.comparison).toEqual(comparison())
    expect((await listComparisons({ runsDirectory })).map((each) => each.name)).toEqual([name])
  })

  it('hands out its events without lines that are none', async () => {
    const opened = await openComparison(folder)
    expect([...opened.events()].map(({ type }) => type)).toEqual(['comparison-started', 'worker'])
  })

  it("has a run's logits as rows, with labels and class names in their order", async () => {
    const { classes, logits, labels } = (await openComparison(folder)).predictions(run)
    expect(classes).toEqual(['cat', 'dog', 'owl'])
    expect(logits.map((row) => [...row])).toEqual([
      [1.5, -2, 0.25],
      [0, 3, -1],
    ])
    expect(labels).toEqual([0, 2])
  })

  it('names the file that a run does not have', async () => {
    const opened = await openComparison(folder)
    expect(() => opened.predictions({ framework: 'pytorch', seed: 7 })).toThrow(
      `There is no pytorch-seed7 in ${folder} that could be read.`,
    )
    expect(opened.disagreements()).toBeNull()
  })
})

it('reports are written by name, and no fewer than two comparisons stand side by side', async () => {
  expect(await writeReport('latest', { runsDirectory })).toBe(path.join(folder, 'report.html'))
  await expect(writeSideBySide(['latest'], { runsDirectory })).rejects.toThrow(
    /^2 to \d+ comparisons can stand side by side, not 1$/,
  )
})
