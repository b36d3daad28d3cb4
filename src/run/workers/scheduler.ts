import { cancelled, type Failure, toFailure } from '../../failure.js'
import type { Run } from '../../plan/plan-runs.js'
import type { Framework } from '../../spec/schema.js'
import type { FrameworkWorker } from './framework-worker.js'
import type { WorkerPool } from './pool.js'

export interface ScheduleOptions<R extends Run = Run> {
  readonly pool: WorkerPool
  /** Number of runs that may go on at the same time; 1 where times are to be compared. */
  readonly parallel: number
  /** Number of CPU cores. With a single core, workers start one after the other. */
  readonly cores: number
  readonly signal: AbortSignal
  /** Carries out one run to whatever end, in one of as many lanes as runs go on at the same time; never rejects. */
  readonly carryOut: (run: R, worker: FrameworkWorker, lane: number) => Promise<void>
  /** Ends a run that has no worker to begin on. */
  readonly giveUp: (run: R, failure: Failure) => void
}

/**
 * Carries out the runs in order, each on a warm worker of its framework. The workers of the first runs start and
 * import before any run begins, so that an import never disturbs timed work.
 */
export async function schedule<R extends Run>(
  runs: readonly R[],
  options: ScheduleOptions<R>,
): Promise<void> {
  const { pool, cores, signal, carryOut, giveUp } = options
  const parallel = Math.min(options.parallel, runs.length)
  const pending = [...runs]

  await startFirstWorkers()
  await Promise.all(Array.from({ length: parallel }, (_, lane) => workThroughPending(lane)))
  for (const run of pending.splice(0)) giveUp(run, cancelled)

  async function startFirstWorkers(): Promise<void> {
    const start = async (framework: Framework): Promise<void> => {
      const worker = await startOrGiveUp(framework)
      if (worker) pool.release(worker)
    }
    const frameworks = frameworksOfFirstWorkers(runs, parallel)
    if (cores > 1) await Promise.all(frameworks.map(start))
    else for (const framework of frameworks) await start(framework)
  }

  async function workThroughPending(lane: number): Promise<void> {
    for (let run = takeNext(); run; run = takeNext()) {
      const worker = pool.takeIdle(run.framework) ?? (await startOrGiveUp(run.framework, run))
      if (worker) {
        await carryOut(run, worker, lane)
        pool.release(worker)
      } else if (pending.includes(run) && !pool.hasIdle(run.framework)) {
        // Whoever has a worker at work takes the run after its own.
        return
      }
    }
  }

  // The first run that needs no second worker of its framework, else the first; none once the user has cancelled.
  function takeNext(): R | undefined {
    if (signal.aborted) return undefined
    const withIdle = pending.findIndex(({ framework }) => pool.hasIdle(framework))
    const next = pending.findIndex(({ framework }) => pool.hasIdle(framework) || !pool.hasLiving(framework))
    return pending.splice(Math.max(pool.isCramped && withIdle >= 0 ? withIdle : next, 0), 1)[0]
  }

  // A framework that no longer has a worker and can't get one fails in all its runs at once, for the same reason. Where
  // it has others, they carry out the run too.
  async function startOrGiveUp(framework: Framework, run?: R): Promise<FrameworkWorker | undefined> {
    try {
      const worker = await pool.start(framework)
      if (worker === undefined && run) pending.unshift(run)
      return worker
    } catch (error) {
      const failure = toFailure(error)
      if (run) pending.unshift(run)
      if (failure.code !== 'CANCELLED' && !pool.hasLiving(framework)) {
        for (const left of takeAllOf(framework)) giveUp(left, failure)
      }
      return undefined
    }
  }

  function takeAllOf(framework: Framework): R[] {
    const taken = pending.filter((run) => run.framework === framework)
    pending.splice(0, pending.length, ...pending.filter((run) => run.framework !== framework))
    return taken
  }
}

// Each framework gets a worker, and as many more as the runs need that may begin together.
function frameworksOfFirstWorkers(runs: readonly Run[], parallel: number): Framework[] {
  const first = runs.slice(0, parallel).map((run) => run.framework)
  const others = runs.map((run) => run.framework).filter((framework) => !first.includes(framework))
  return [...first, ...new Set(others)]
}
