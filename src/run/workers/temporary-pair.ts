import type { Inspection } from '../../protocol/inspect.js'
import type { Experiment, Framework } from '../../spec/schema.js'
import type { Worker } from '../../worker/worker.js'
import { FrameworkWorker } from './framework-worker.js'
import { withTemporaryWorker } from './temporary-worker.js'

/** Worker of a framework, and a folder that is deleted with it. */
export interface TemporaryWorker {
  readonly worker: Worker
  readonly folder: string
  /** Inspection of the machine from within the framework. */
  readonly inspection: Inspection
}

/** Pair of values, one of each framework. */
export type OfEach<Value> = Readonly<Record<Framework, Value>>

export interface TemporaryPairOptions {
  /** Mode of the requests to come, which decides what both workers import. */
  readonly mode: Experiment['mode']
  readonly signal: AbortSignal
  /** Environment variables that are set for both workers and their Pythons. */
  readonly environment?: Readonly<Record<string, string>>
}

/** Gives the versions of the packages that each of a pair has. */
export function versionsOf(pair: OfEach<TemporaryWorker>): OfEach<Inspection['versions']> {
  return { tensorflow: pair.tensorflow.inspection.versions, pytorch: pair.pytorch.inspection.versions }
}

/**
 * Does something in the Pythons of both frameworks, which start and import at once and are stopped after it.
 *
 * @throws TwintuneError When one of the frameworks can't be used.
 */
export function withTemporaryPair<T>(
  use: (pair: OfEach<TemporaryWorker>) => Promise<T>,
  { mode, signal, environment }: TemporaryPairOptions,
): Promise<T> {
  return withTemporaryWorker(
    'tensorflow',
    (tensorflow, folder) =>
      withTemporaryWorker(
        'pytorch',
        async (pytorch, otherFolder) => {
          const [ours, theirs] = await Promise.all([
            FrameworkWorker.warmUp(tensorflow, 'tensorflow', { mode, signal }),
            FrameworkWorker.warmUp(pytorch, 'pytorch', { mode, signal }),
          ])
          return use({
            tensorflow: { worker: tensorflow, folder, inspection: ours.inspection },
            pytorch: { worker: pytorch, folder: otherFolder, inspection: theirs.inspection },
          })
        },
        environment,
      ),
    environment,
  )
}
