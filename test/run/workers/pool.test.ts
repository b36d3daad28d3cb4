import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { pairedDifferenceMessage } from '../../../src/protocol/paired-difference.js'
import { WorkerPool, type WorkerPoolOptions } from '../../../src/run/workers/pool.js'
import type { Framework } from '../../../src/spec/schema.js'
import type { WorkerOptions } from '../../../src/worker/worker-options.js'
import { temporary, workerStarter } from '../rig.js'

const samples = { tensorflow: [0.75], pytorch: [0.5], level: 0.95 }
const pools: WorkerPool[] = []
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.stop())))

describe('the logs of workers', () => {
  it('are one each for those of a framework that live side by side', async () => {
    const { pool, logFiles } = startPool()
    await Promise.all([pool.start('pytorch'), pool.start('pytorch'), pool.start('tensorflow')])
    expect(logFiles()).toEqual(['pytorch-1', 'pytorch-2', 'tensorflow-1'])
  })

  it('are handed on to the worker that replaces a dead one', async () => {
    const { pool, logFiles } = startPool()
    const first = await pool.start('pytorch')
    await first?.worker.stop()
    await pool.start('pytorch')
    expect(logFiles()).toEqual(['pytorch-1', 'pytorch-1'])
  })
})

describe('a worker that there is no room for', () => {
  const whyNoRoom = async () => 'There is room for one.'

  it('takes the place of one that has nothing to do, which is told once', async () => {
    const onNoRoom = vi.fn()
    const { pool, logFiles } = startPool({ whyNoRoom, onNoRoom })
    for (const framework of ['pytorch', 'tensorflow', 'pytorch'] as const) {
      const worker = await pool.start(framework)
      if (worker) pool.release(worker)
    }
    expect(logFiles()).toEqual(['pytorch-1', 'tensorflow-1', 'pytorch-1'])
    expect(pool.hasIdle('tensorflow')).toBe(false)
    expect(pool.isCramped).toBe(true)
    expect(onNoRoom.mock.calls).toEqual([['There is room for one.']])
  })

  it('is not started where all are at work', async () => {
    const { pool, logFiles } = startPool({ whyNoRoom })
    await pool.start('pytorch')
    expect(await pool.start('tensorflow')).toBeUndefined()
    expect(logFiles()).toEqual(['pytorch-1'])
  })

  it('is counted where two are asked for at once', async () => {
    const started: number[] = []
    const { pool } = startPool({
      whyNoRoom: async () => (started.length < 2 ? null : 'There is room for two.'),
      onStart: () => started.push(1),
    })
    const workers = await Promise.all(Array.from({ length: 3 }, () => pool.start('pytorch')))
    expect(workers.filter((worker) => worker !== undefined)).toHaveLength(2)
  })
})

describe('the paired test', () => {
  it('is computed by a worker that lives', async () => {
    const { pool, logFiles } = startPool()
    await pool.start('tensorflow')
    expect(await pool.ask(pairedDifferenceMessage, samples)).toMatchObject({ mean: 0.25 })
    expect(logFiles()).toEqual(['tensorflow-1'])
  })

  it('is computed by one fresh worker, however often it is asked for, when none lives', async () => {
    const { pool, logFiles } = startPool()
    await pool.ask(pairedDifferenceMessage, samples)
    await pool.ask(pairedDifferenceMessage, samples)
    expect(logFiles()).toEqual(['pytorch-1'])
  })

  it('does not wait for the fresh worker once the user has cancelled', async () => {
    const controller = new AbortController()
    const { pool } = startPool({ signal: controller.signal })
    const asked = pool.ask(pairedDifferenceMessage, samples)
    controller.abort()
    await expect(asked).rejects.toMatchObject({ failure: { code: 'CANCELLED' } })
  })
})

type PoolChanges = Partial<Pick<WorkerPoolOptions, 'signal' | 'whyNoRoom' | 'onNoRoom'>> & {
  readonly onStart?: () => void
}

/** A pool of the fixture's workers, and the names of the logs that it gave them. */
function startPool({ onStart, signal = new AbortController().signal, ...changes }: PoolChanges = {}) {
  const startWorker = vi.fn((options: WorkerOptions) => {
    onStart?.()
    return workerStarter()(options)
  })
  const pool = new WorkerPool({
    mode: 'aligned',
    logFileOf: (framework: Framework, number) => path.join(temporary, `${framework}-${number}`),
    signal,
    onState: () => {},
    onWarm: () => {},
    startWorker,
    ...changes,
  })
  pools.push(pool)
  return { pool, logFiles: () => startWorker.mock.calls.map(([{ logFile }]) => path.basename(logFile)) }
}
