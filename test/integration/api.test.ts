import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { compare, defineExperiment, type Event, runExperiment, withWarmWorkers } from '../../src/index.js'
import { untilGone } from '../processes.js'
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
  it('imports once for several comparisons, and ends all', async () => {
    const pids = new Set<number>()
    const onEvent = (event: Event): void => {
      if (event.type === 'run-started') pids.add(event.pythonPid)
    }
    const experiment = defineExperiment(tinyExperiment(folder, { frameworks: ['pytorch'] }))
    const runsDirectory = path.join(folder, 'runs')
    const [first, second] = await withWarmWorkers(async (workers) => [
      await compare(experiment, { workers, runsDirectory, onEvent }),
      await compare(experiment, { workers, runsDirectory, onEvent }),
    ])
    expect(pids.size).toBe(1)
    expect(first?.runs.map((run) => run.seconds?.import)).not.toEqual([0])
    expect(existsSync(path.join(`${first?.comparisonDirectory}`, 'report.html'))).toBe(true)
    expect(second?.runs.map((run) => [run.status, run.seconds?.import])).toEqual([['finished', 0]])
    await untilGone(...pids)
  })
})

describe('runExperiment', () => {
  it('cancels when its loop is left, as compare does when its signal is aborted, and the workers are gone', async () => {
    const endless = tinyExperiment(folder, {
      frameworks: ['pytorch'],
      training: { phases: [{ epochs: 100_000 }] },
    })
    const pids: number[] = []
    let comparisonDirectory = ''
    const notice = (event: Event): boolean => {
      if (event.type === 'comparison-started') comparisonDirectory = event.comparisonDirectory
      if (event.type === 'run-started') pids.push(event.workerPid, event.pythonPid)
      return event.type === 'epoch'
    }
    const runsDirectory = path.join(folder, 'runs')
    for await (const event of runExperiment(defineExperiment(endless), { runsDirectory }))
      if (notice(event)) break
    const aborting = new AbortController()
    const onEvent = (event: Event) => notice(event) && aborting.abort()
    const { signal } = aborting
    const { failure } = await compare(defineExperiment(endless), { runsDirectory, signal, onEvent }).catch(
      (error) => error,
    )
    expect(failure).toMatchObject({ code: 'CANCELLED', hint: expect.stringContaining(comparisonDirectory) })
    await untilGone(...pids)
    expect(JSON.parse(readFileSync(path.join(comparisonDirectory, 'comparison.json'), 'utf8')).status).toBe(
      'cancelled',
    )
  })
})
