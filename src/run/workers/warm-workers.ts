import type { Experiment, Framework } from '../../spec/schema.js'
import type { FrameworkWorker } from './framework-worker.js'

/** Pythons that outlive their comparison and wait, with their frameworks imported, for the next one. */
export class WarmWorkers {
  readonly #waiting = new Set<FrameworkWorker>()
  #stopped = false

  private constructor() {}

  /** @internal None wait yet. */
  static none(): WarmWorkers {
    return new WarmWorkers()
  }

  /** @internal One that lives and has what runs of this mode need; whoever takes it has it alone. */
  take(framework: Framework, mode: Experiment['mode']): FrameworkWorker | undefined {
    const fitting = [...this.#waiting].find(
      (worker) => worker.living && worker.framework === framework && worker.mode === mode,
    )
    if (fitting) this.#waiting.delete(fitting)
    return fitting
  }

  /** @internal Has a worker wait that has nothing to do; after `stop` it is stopped as well. Never rejects. */
  async keep(worker: FrameworkWorker): Promise<void> {
    if (this.#stopped) await worker.worker.stop()
    else this.#waiting.add(worker)
  }

  /** @internal Stops those that wait, and from now on each that comes. Never rejects. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all([...this.#waiting].map(({ worker }) => worker.stop()))
  }
}
