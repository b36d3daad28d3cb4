import { TwintuneError } from '../../failure.js'
import type { Experiment, Framework } from '../../spec/schema.js'
import type { FrameworkWorker } from './framework-worker.js'

/** Workers that outlive their comparison and wait, with their frameworks imported, for the next one. */
export class WarmWorkers {
  readonly #waiting = new Set<FrameworkWorker>()
  #stopped = false

  private constructor() {}

  /** @internal Makes an empty set of waiting workers. */
  static none(): WarmWorkers {
    return new WarmWorkers()
  }

  /** @internal Refuses workers that have been stopped, which would start anew for each comparison. */
  requireWarm(): void {
    if (!this.#stopped) return
    throw new TwintuneError({
      code: 'SPEC_INVALID',
      message: 'These workers have ended: withWarmWorkers stops them when its function has ended.',
      hint: 'Use them within the function that withWarmWorkers calls, and await there all that uses them.',
    })
  }

  /** @internal Takes a living worker that has imported what runs of this mode need. It no longer waits. */
  take(framework: Framework, mode: Experiment['mode']): FrameworkWorker | undefined {
    const fitting = [...this.#waiting].find(
      (worker) => worker.living && worker.framework === framework && worker.mode === mode,
    )
    if (fitting) this.#waiting.delete(fitting)
    return fitting
  }

  /** @internal Has an idle worker wait; after `stop` it is stopped as well. Never rejects. */
  async keep(worker: FrameworkWorker): Promise<void> {
    if (this.#stopped) await worker.worker.stop()
    else this.#waiting.add(worker)
  }

  /** @internal Stops the waiting workers, and from now on each that comes. Never rejects. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all([...this.#waiting].map(({ worker }) => worker.stop()))
  }
}
