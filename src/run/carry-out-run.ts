import type { Event } from '../events.js'
import { type Failure, toFailure } from '../failure.js'
import type { Run } from '../plan/plan-runs.js'
import type { RunProgress } from '../protocol/progress.js'
import type { RunRequest } from '../protocol/request-parts.js'
import { type EpochRecord, noMeasurements, type RunResult, type UnfinishedRun } from '../protocol/result.js'
import { runMessage } from '../protocol/run.js'
import { now } from './folder/journal.js'
import type { FrameworkWorker } from './workers/framework-worker.js'

export interface CarryOutRunOptions {
  readonly onEvent: (event: Event) => void
  readonly signal: AbortSignal
  /** Function that makes the worker ready for this run; what it rejects with is the run's failure. */
  readonly prepare?: () => Promise<void>
  /** Decides after an epoch whether `signal` is aborted; the run waits for it. It must not reject. */
  readonly afterEpoch?: ((epoch: EpochRecord) => Promise<void>) | undefined
}

/**
 * Carries out one run on a warm worker: `run-started`, what Python reports, and the result, in whichever way the run
 * ended. Never rejects because of the run. `run-finished` and `run-failed` are for the caller to tell, who keeps the
 * result first.
 */
export async function carryOutRun(
  run: Run,
  warm: FrameworkWorker,
  request: RunRequest,
  { onEvent, signal, prepare, afterEpoch }: CarryOutRunOptions,
): Promise<RunResult> {
  const epochs: EpochRecord[] = []
  const onProgress = (progress: RunProgress): void => {
    // A run whose node was lost does again what no checkpoint has.
    if (progress.type === 'run-placed') epochs.length = 0
    if (progress.type === 'run-resumed') epochs.splice(0, epochs.length, ...progress.epochs)
    if (progress.type === 'epoch') epochs.push(epochRecord(progress))
    onEvent({ ...progress, time: now(), ...run })
  }

  onEvent({
    type: 'run-started',
    time: now(),
    ...run,
    workerPid: warm.worker.workerPid,
    pythonPid: warm.pythonPid,
  })
  const startUp = warm.takeStartUpSeconds()
  try {
    await prepare?.()
    const result = await warm.worker.request(runMessage, request, {
      ...{ onProgress, signal },
      decision: afterEpoch && {
        after: 'epoch',
        make: async (progress) => {
          if (progress.type === 'epoch') await afterEpoch(epochRecord(progress))
        },
      },
    })
    return { ...result, ...run, seconds: { ...result.seconds, ...startUp } }
  } catch (error) {
    return unfinishedResult(run, toFailure(error), epochs)
  }
}

/** Makes the result of a run that didn't reach its end, or never began. */
export function unfinishedResult(run: Run, failure: Failure, epochs: EpochRecord[] = []): UnfinishedRun {
  return {
    ...run,
    status: failure.code === 'CANCELLED' ? 'cancelled' : 'failed',
    failure,
    ...noMeasurements,
    profile: [],
    epochs,
    classes: [],
  }
}

function epochRecord({
  type: _,
  epochs: _total,
  ...record
}: Extract<RunProgress, { type: 'epoch' }>): EpochRecord {
  return record
}
