import type { Worker } from '../../worker/worker.js'
import type { WorkerOptions } from '../../worker/worker-options.js'
import type { Executor, ExecutorOptions } from './executor.js'
import { LocalExecutor } from './local.js'
import { RayExecutor } from './ray.js'

export interface ExecutorChoice {
  /** Executor that is opened, or one that is open already and stays so. */
  readonly executor?: ExecutorOptions | Executor | undefined
  /** Number of runs at the same time, among which this machine is divided. */
  readonly parallel: number
  /** Function that starts a worker in another way, for tests. */
  readonly startWorker?: ((options: WorkerOptions) => Worker) | undefined
}

/**
 * Does something with an executor, which is closed after it if it was opened for it.
 *
 * @throws TwintuneError PACKAGE_MISSING or CLUSTER_UNAVAILABLE when it can't be opened.
 */
export async function withExecutor<T>(
  { executor = { name: 'local' }, parallel, startWorker }: ExecutorChoice,
  signal: AbortSignal,
  use: (executor: Executor) => Promise<T>,
): Promise<T> {
  if ('startWorker' in executor) return use(executor)
  const opened =
    executor.name === 'ray'
      ? await RayExecutor.open(executor, signal)
      : new LocalExecutor({ parallel, startWorker })
  try {
    return await use(opened)
  } finally {
    await opened.close()
  }
}
