import path from 'node:path'
import type { EventOf } from '../events.js'
import type { Inspection } from '../protocol/inspect.js'
import type { Framework } from '../spec/schema.js'
import type { Executor } from './executors/executor.js'
import { now } from './folder/journal.js'
import { describeSilence, silenceLimits } from './silence.js'
import { WorkerPool, type WorkerPoolOptions } from './workers/pool.js'

export interface OpenPoolOptions extends Pick<WorkerPoolOptions, 'mode' | 'logFileOf' | 'signal'> {
  /** Executor that starts the workers, and says whether there is room for another one. */
  readonly executor: Executor
  /** Workers that are warm already, to take from and to leave for whoever comes next. */
  readonly workers?: WorkerPoolOptions['warmWorkers']
}

/** Opens a pool of workers that an executor starts, whose states nobody is told of. */
export function openQuietPool(options: OpenPoolOptions): WorkerPool {
  return new WorkerPool({ ...startedBy(options), onState: () => {}, onWarm: () => {} })
}

/** Journal of a comparison, or of a sweep, in whose folder the states of workers are kept. */
interface WorkerJournal {
  event(
    event:
      | EventOf<'worker'>
      | {
          readonly type: 'warning'
          readonly time: string
          readonly framework?: Framework
          readonly code: 'PYTHON_SILENT' | 'NO_ROOM'
          readonly message: string
        },
  ): void
  inspection(framework: Framework, inspection: Inspection): void
}

export interface JournaledPoolOptions extends OpenPoolOptions {
  /** Work that goes on at the same time, in messages. */
  readonly work: 'runs' | 'trials'
  /** Minutes after which a Python that neither reports nor computes is ended; without them it is only told of. */
  readonly hangTimeoutMinutes?: number | undefined
}

/** Opens a pool of workers that an executor starts, whose states, silences and lack of room are kept in a journal. */
export function openJournaledPool(options: JournaledPoolOptions, journal: WorkerJournal): WorkerPool {
  const { logFileOf, work, hangTimeoutMinutes } = options
  return new WorkerPool({
    ...startedBy(options),
    onState: (framework, state) => journal.event({ type: 'worker', time: now(), framework, state }),
    onWarm: ({ framework, inspection }) => journal.inspection(framework, inspection),
    silence: (framework) => ({
      ...silenceLimits(hangTimeoutMinutes),
      onSilence: (silence) => {
        const message = describeSilence(silence, path.basename(logFileOf(framework, 1)))
        journal.event({ type: 'warning', time: now(), framework, code: 'PYTHON_SILENT', message })
      },
    }),
    onNoRoom: (reason) => {
      const message = `${reason} Fewer ${work} go on at the same time, and workers take turns.`
      journal.event({ type: 'warning', time: now(), code: 'NO_ROOM', message })
    },
  })
}

function startedBy({ mode, logFileOf, signal, executor, workers }: OpenPoolOptions) {
  return {
    ...{ mode, logFileOf, signal, warmWorkers: workers },
    startWorker: (options) => executor.startWorker(options),
    whyNoRoom: () => executor.whyNoRoom(),
  } satisfies Partial<WorkerPoolOptions>
}
