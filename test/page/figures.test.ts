import { parseHTML } from 'linkedom'
import { describe, expect, it, test } from 'vitest'
import type { Comparison } from '../../src/compare/comparison.js'
import { renderReportPage } from '../../src/page/report-page.js'
import type { FinishedRun } from '../../src/protocol/result.js'
import type { Framework } from '../../src/spec/schema.js'
import { comparison, finishedRun } from '../report/comparison.js'
import { figuresIn, standsFor } from './figures.js'

// Every figure in the tables of a report is read back and held against comparison.json.

const frameworks = ['tensorflow', 'pytorch'] as const
const names: Readonly<Record<Framework, string>> = { tensorflow: 'TensorFlow', pytorch: 'PyTorch' }
const metrics = {
  accuracy: 'accuracy',
  'top-5': 'topFiveAccuracy',
  'macro F1': 'macroF1',
  loss: 'loss',
  ECE: 'calibrationError',
} as const
const parts = {
  'start Python': 'start',
  'import the framework': 'import',
  'read the data': 'data',
  'build the model': 'build',
  'compute features': 'features',
  'first step': 'firstStep',
  train: 'train',
  '– of it waiting for batches': 'loader',
  validate: 'validation',
  'write checkpoints': 'checkpoint',
  test: 'evaluate',
} as const satisfies Readonly<Record<string, keyof FinishedRun['seconds']>>

const shown = uneven()
const { document } = parseHTML(
  renderReportPage({
    name: 'fashion-frozen-20261124-101500-k3f9',
    startedAt: '2026-11-24T10:15:00.000Z',
    altered: [],
    ladder: null,
    comparison: shown,
    source: { specification: null, environment: null, comparison: JSON.stringify(shown) },
    details: { evaluations: [], disagreements: null, thumbnails: new Map() },
  }),
)
/** The comparison as a program reads it from the page: the whole of comparison.json stands there too. */
const stored = JSON.parse(
  document.querySelector('#source ~ details:last-of-type pre')?.textContent ?? '',
) as Comparison

describe('every figure of the report is that of comparison.json', () => {
  it('in the table of the metrics', () => {
    const rows = table('Metrics of the test')
    expect(rows.map(([name]) => name)).toEqual(Object.keys(metrics))
    for (const [name = '', ...cells] of rows) {
      const of = stored.metrics[metrics[name as keyof typeof metrics]]
      const { difference } = of
      const scale = name === 'loss' ? 1 : 100
      const summaries = frameworks.flatMap((framework) => [of[framework]?.mean, of[framework]?.std])
      hold(cells, [
        ...[...summaries, difference?.mean, ...(difference?.interval ?? [])].map((value) =>
          times(scale, value),
        ),
        times(100, difference?.level),
        difference?.adjustedPValue ?? difference?.pValue,
      ])
    }
  })

  it('in the table of every run', () => {
    const rows = table('Test of every run')
    expect(rows).toHaveLength(stored.runs.length)
    for (const [framework, seed, ...cells] of rows) {
      const run = finished(stored).find(
        (each) => names[each.framework] === framework && `${each.seed}` === seed,
      )
      hold(cells, [
        ...Object.entries(metrics).map(([name, key]) => times(name === 'loss' ? 1 : 100, run?.test[key])),
        run?.firstStepLoss,
      ])
    }
  })

  it('in the table of disagreement', () => {
    const rows = table('Disagreement by seed')
    expect(rows).toHaveLength(stored.disagreement.length)
    for (const [index, of] of stored.disagreement.entries())
      hold(rows[index] ?? [], [
        ...[of.seed, of.different, of.images, of.bothRight, of.onlyTensorflowRight, of.onlyPytorchRight],
        ...[of.bothWrong, of.pValue],
      ])
  })

  it('in the tables of time and memory', () => {
    const means = (read: (run: FinishedRun) => number | null | undefined) =>
      frameworks.map((framework) => mean(runsOf(framework).flatMap((run) => read(run) ?? [])))
    const speeds = new Map(table('Images a second').map(([label, ...cells]) => [label, cells]))
    hold(
      speeds.get('training') ?? [],
      means((run) => run.imagesPerSecond),
    )
    hold(
      speeds.get('feature pass') ?? [],
      means((run) => run.featureImagesPerSecond),
    )

    const seconds = table('Seconds')
    expect(seconds.map(([label]) => label)).toEqual([
      ...Object.keys(parts)
        .filter((label) => label !== 'write checkpoints')
        .toSpliced(8, 0, '– as a share'),
      'a run in all',
    ])
    for (const [label = '', ...cells] of seconds) {
      if (label === '– as a share')
        hold(
          cells,
          means(({ seconds: { loader, train } }) => 100 * (loader / train)),
        )
      else if (label === 'a run in all')
        hold(
          cells,
          means((run) => sum(Object.values({ ...run.seconds, loader: 0 }))),
        )
      // A part that a run did not have is no part of its mean.
      else
        hold(
          cells,
          means((run) => run.seconds[parts[label as keyof typeof parts]] || null),
        )
    }

    for (const [label = '', ...cells] of table('Milliseconds a step in phase 1'))
      hold(
        cells,
        means(({ profile: [step] }) => step?.[label as 'transfer' | 'forward' | 'backward' | 'optimizer']),
      )
    const [[, ...memory] = []] = table('Memory in MiB')
    hold(
      memory,
      frameworks.map(
        (framework) => Math.max(...runsOf(framework).map((run) => run.peakMemoryBytes)) / 2 ** 20,
      ),
    )
  })

  it('in the sentence of the speeds', () => {
    const { ratio } = stored.throughput
    const sentence = document.querySelector('#speed ~ p')?.textContent ?? ''
    hold([sentence], [ratio?.mean, times(100, ratio?.level), ...(ratio?.interval ?? [])])
  })

  it('in the table of noise', () => {
    const { noise } = stored
    if (noise === null) throw new Error('no noise')
    const figures = { ...metrics, 'step-1 loss': 'firstStepLoss', different: 'differentImages' } as const
    const rows = table('Noise')
    expect(rows.map(([name]) => name)).toEqual(Object.keys(figures))
    for (const [name = '', ...cells] of rows) {
      const key = figures[name as keyof typeof figures]
      const scale = cells.at(-1) === '% points' ? 100 : 1
      hold(
        cells.slice(0, -1),
        [...frameworks, 'between' as const].flatMap((side) => {
          const distance = noise[key][side]
          return [times(scale, distance?.mean), times(scale, distance?.largest)]
        }),
      )
    }
  })

  it('and every row of the contract its own', () => {
    expect(table('Rows of the contract')).toEqual(
      stored.contract.map(({ ingredient, state, evidence }) => [ingredient, state, evidence]),
    )
    const identical = stored.contract.filter(({ state }) => state === 'identical').length
    const [said = ''] = [...document.querySelectorAll('.trust li')].map((item) => item.textContent ?? '')
    hold([said], [identical, stored.contract.length])
  })
})

test.each([
  ['84.87%', 84.8749, true],
  ['84.87%', 84.8751, false],
  ['84.88%', 84.8749, false],
  ['-0.0047', -0.00474, true],
  ['-0.0048', -0.00474, false],
  ['+0.0047', -0.0047, false],
  ['1,530', 1530.4, true],
  ['1,531', 1530.4, false],
  ['1.0e-7', 1.04e-7, true],
  ['1.1e-7', 1.04e-7, false],
  ['<0.001', 0.0004, true],
  ['<0.001', 0.0011, false],
  ['-<0.01', 0.004, false],
])('the figure %s stands for %s: %s', (text, value, expected) => {
  expect(figuresIn(text).map((figure) => standsFor(figure, value))).toEqual([expected])
})

/** Text of the cells of a table, row by row, without its head. */
function table(label: string): string[][] {
  const rows = [...document.querySelectorAll(`section[aria-label="${label}"] tbody tr`)]
  if (rows.length === 0) throw new Error(`the page has no table ${label}`)
  return rows.map((row) => [...row.children].map(({ textContent }) => textContent ?? ''))
}

/** Holds the figures in some texts against the values, in their order. */
function hold(texts: readonly string[], values: readonly (number | null | undefined)[]): void {
  const figures = texts.flatMap(figuresIn)
  const wrong = values.filter((value, index) => {
    const written = figures[index]
    return value === null || value === undefined || written === undefined || !standsFor(written, value)
  })
  expect({ texts, wrong, count: figures.length }).toEqual({ texts, wrong: [], count: values.length })
}

function times(scale: number, value: number | null | undefined): number | null {
  return value === null || value === undefined ? null : scale * value
}

function finished({ runs }: Comparison): FinishedRun[] {
  return runs.filter((run) => run.status === 'finished')
}

function runsOf(framework: Framework): FinishedRun[] {
  return finished(stored).filter((run) => run.framework === framework)
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** The comparison of the tests with figures that no rounding leaves as they are, and with every table. */
function uneven(): Comparison {
  const profile = [
    {
      phase: 1,
      input: 'features' as const,
      steps: 20,
      transfer: 0.1,
      forward: 2.5,
      backward: 4.5,
      optimizer: 1.5,
    },
  ]
  const runs = comparison().runs.map((run) => finishedRun(run.framework, run.seed, { profile }))
  const distance = { mean: 0.0021, largest: 0.0042, pairs: 2 }
  const row = { tensorflow: { ...distance, mean: 1e-7, largest: 3e-7 }, pytorch: distance, between: distance }
  const noise = {
    ...{ accuracy: row, topFiveAccuracy: row, macroF1: row, loss: row, calibrationError: row },
    ...{
      firstStepLoss: row,
      differentImages: { ...row, between: { ...distance, mean: 41.5, largest: 1234.5 } },
    },
    sameModel: { tensorflow: true, pytorch: false },
    unlike: { tensorflow: [], pytorch: [] },
  }
  let count = 0
  const shake = (value: unknown): unknown => {
    if (typeof value === 'number' && !Number.isInteger(value)) return value * (1 + 0.004 * Math.sin(++count))
    if (Array.isArray(value)) return value.map(shake)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shake(part)]))
  }
  return shake(comparison({ runs, noise })) as Comparison
}
