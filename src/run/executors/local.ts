import { Worker } from '../../worker/worker.js'
import type { WorkerOptions } from '../../worker/worker-options.js'
import type { Executor } from './executor.js'

/** Executor on this machine. */
export class LocalExecutor implements Executor {
  readonly #start: (options: WorkerOptions) => Worker

  /** @param start - Function that starts a worker in another way, for tests. */
  constructor(start: (options: WorkerOptions) => Worker = (options) => Worker.start(options)) {
    this.#start = start
  }

  startWorker(options: WorkerOptions): Worker {
    return this.#start(options)
  }

  async close(): Promise<void> {}
}
