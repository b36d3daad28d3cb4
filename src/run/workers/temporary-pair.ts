import type { Experiment, Framework } from '../../spec/schema.js'
import type { Worker } from '../../worker/worker.js'
import { FrameworkWorker } from './framework-worker.js'
import { withTemporaryWorker } from './temporary-worker.js'

/** A framework's Python, and a folder that goes with it. */
export interface TemporaryWorker {
  readonly worker: Worker
  readonly folder: string
}

/** Something of each framework. */
export type OfEach<Value> = Readonly<Record<Framework, Value>>

export interface TemporaryPairOptions {
  /** That of what is asked of the two, which decides what they import. */
  readonly mode: Experiment['mode']
  readonly signal: AbortSignal
  /** Set for both workers and their Pythons. */
  readonly environment?: Readonly<Record<string, string>>
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
          await Promise.all([
            FrameworkWorker.warmUp(tensorflow, 'tensorflow', { mode, signal }),
            FrameworkWorker.warmUp(pytorch, 'pytorch', { mode, signal }),
          ])
          return use({
            tensorflow: { worker: tensorflow, folder },
            pytorch: { worker: pytorch, folder: otherFolder },
          })
        },
        environment,
      ),
    environment,
  )
}
