import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { pairedDifferenceMessage } from '../../../src/protocol/paired-difference.js'
import { WorkerPool } from '../../../src/run/workers/pool.js'
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
    await first.worker.stop()
    await pool.start('pytorch')
    expect(logFiles()).toEqual(['pytorch-1', 'pytorch-1'])
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
    const { pool } = startPool(controller.signal)
    const asked = pool.ask(pairedDifferenceMessage, samples)
    controller.abort()
    await expect(asked).rejects.toMatchObject({ failure: { code: 'CANCELLED' } })
  })
})

/** A pool of the fixture's workers, and the names of the logs that it gave them. */
function startPool(signal = new AbortController().signal) {
  const startWorker = vi.fn((options: WorkerOptions) => workerStarter()(options))
  const pool = new WorkerPool({
    mode: 'aligned',
    logFileOf: (framework: Framework, number) => path.join(temporary, `${framework}-${number}`),
    signal,
    onState: () => {},
    onWarm: () => {},
    startWorker,
  })
  pools.push(pool)
  return { pool, logFiles: () => startWorker.mock.calls.map(([{ logFile }]) => path.basename(logFile)) }
}
