import path from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { Run } from '../../../src/plan/plan-runs.js'
import type { FrameworkWorker } from '../../../src/run/workers/framework-worker.js'
import { WorkerPool } from '../../../src/run/workers/pool.js'
import { schedule } from '../../../src/run/workers/scheduler.js'
import type { Framework } from '../../../src/spec/schema.js'
import { runName, temporary, workerStarter } from '../rig.js'

const pools: WorkerPool[] = []
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.stop())))

it('begins the first run whose framework has an idle worker, however long the other one is busy', async () => {
  const runs = [run('tensorflow', 0), run('pytorch', 0), run('pytorch', 1), run('tensorflow', 1)]
  expect(await orderOf(runs, { 'pytorch 0': (_, third) => third })).toEqual([
    'tensorflow 0',
    'pytorch 0',
    'tensorflow 1',
    'pytorch 1',
  ])
})

it('begins the first run of all where none has an idle worker, since one has died', async () => {
  const runs = [0, 1, 2, 3].map((seed) => run('pytorch', seed))
  const ends = {
    'pytorch 0': ({ worker }: FrameworkWorker) => worker.stop(),
    'pytorch 1': (_: FrameworkWorker, third: Promise<void>) => third,
  }
  expect(await orderOf(runs, ends)).toEqual(['pytorch 0', 'pytorch 1', 'pytorch 2', 'pytorch 3'])
})

function run(framework: Framework, seed: number): Run {
  return { framework, seed }
}

/**
 * Tells in which order runs begin, two at a time.
 *
 * @param ends - What some of the runs wait for; they get a promise of the third run's beginning. All others end at once.
 */
async function orderOf(
  runs: readonly Run[],
  ends: Readonly<Record<string, (worker: FrameworkWorker, third: Promise<void>) => Promise<void>>>,
): Promise<string[]> {
  const begun: string[] = []
  let beginThird = () => {}
  const third = new Promise<void>((resolve) => {
    beginThird = resolve
  })
  const { signal } = new AbortController()
  const pool = new WorkerPool({
    mode: 'aligned',
    logFileOf: (framework, number) => path.join(temporary, `${framework}-${number}.log`),
    signal,
    onState: () => {},
    onWarm: () => {},
    startWorker: workerStarter(),
  })
  pools.push(pool)
  await schedule(runs, {
    pool,
    parallel: 2,
    cores: 2,
    signal,
    carryOut: async (started, worker) => {
      begun.push(runName(started))
      if (begun.length === 3) beginThird()
      await ends[runName(started)]?.(worker, third)
    },
    giveUp: (given, { message }) => begun.push(`${runName(given)} was given up: ${message}`),
  })
  return begun
}
