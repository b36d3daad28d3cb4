import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  compare,
  defineExperiment,
  type Event,
  type ExperimentInput,
  runExperiment,
  withWarmWorkers,
} from '../../src/index.js'
import { isAlive } from '../is-alive.js'
import { comparisonOf, python, temporaryFolder, tinyExperiment, writePictures } from './rig.js'
import { compareWarm } from './warm.js'

const folder = temporaryFolder()

beforeAll(() => {
  writePictures(folder)
  process.env.TWINTUNE_PYTHON = python
  process.env.TWINTUNE_CACHE_DIR = path.join(folder, 'cache')
})

describe('compare', () => {
  it('resolves with the comparison, having told of everything', async () => {
    const told = await compareWarm(tinyExperiment(folder), folder)
    const comparison = comparisonOf(told)
    expect(comparison.metrics.accuracy.difference?.verdict).toBe('inconclusive')
    expect(comparison.metrics.accuracy.tensorflow?.mean).toBeGreaterThanOrEqual(0)
    expect(told[0]?.type).toBe('comparison-started')
    expect(told.at(-1)?.type).toBe('comparison-finished')
  })
})

describe('withWarmWorkers', () => {
  it('imports once for several comparisons, none of which leaves a trace in the next, and ends all', async () => {
    const pids = new Set<number>()
    const onEvent = (event: Event): void => {
      if (event.type === 'run-started') pids.add(event.pythonPid)
    }
    const first = { deterministic: true, training: { batchSize: 8, phases: [{ epochs: 1 }] } }
    const other: Partial<ExperimentInput> = {
      seeds: [3],
      training: {
        batchSize: 4,
        precision: 'float64',
        phases: [{ trainable: { lastStages: 1 } }],
      },
    }
    const [before, between, after] = await withWarmWorkers(async (workers) => {
      const comparisons = []
      for (const changes of [first, other, first]) {
        const experiment = defineExperiment(tinyExperiment(folder, changes))
        const runsDirectory = path.join(folder, 'runs')
        const quick = { featureCache: false, replay: 'none', crossEvaluation: false } as const
        comparisons.push(await compare(experiment, { ...quick, workers, runsDirectory, onEvent }))
      }
      return comparisons
    })
    expect(pids.size).toBe(2)
    expect(before?.runs.map((run) => run.seconds?.import)).not.toContain(0)
    expect(between?.runs.map((run) => [run.status, run.seconds?.import])).toEqual([
      ['finished', 0],
      ['finished', 0],
    ])
    expect(after?.runs.map((run) => run.modelDigest)).toEqual(before?.runs.map((run) => run.modelDigest))
    expect([...pids].some(isAlive)).toBe(false)
  })
})

describe('runExperiment', () => {
  it('cancels when its loop is left, and the workers are gone', async () => {
    const endless = tinyExperiment(folder, {
      frameworks: ['pytorch'],
      training: { phases: [{ epochs: 100_000 }] },
    })
    const pids: number[] = []
    let comparisonDirectory = ''
    for await (const event of runExperiment(defineExperiment(endless), {
      runsDirectory: path.join(folder, 'runs'),
    })) {
      if (event.type === 'comparison-started') comparisonDirectory = event.comparisonDirectory
      if (event.type === 'run-started') pids.push(event.workerPid, event.pythonPid)
      if (event.type === 'epoch') break
    }
    expect(pids.length).toBeGreaterThan(0)
    expect(pids.some(isAlive)).toBe(false)
    expect(JSON.parse(readFileSync(path.join(comparisonDirectory, 'comparison.json'), 'utf8')).status).toBe(
      'cancelled',
    )
  })
})
