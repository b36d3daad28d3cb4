import type { z } from 'zod'
import type { EventOf } from '../events.js'
import { pairedDifferenceMessage } from '../protocol/paired-difference.js'
import type { Framework } from '../spec/schema.js'
import { findPython } from '../worker/interpreter.js'
import { Worker, type WorkerOptions } from '../worker/worker.js'
import { FrameworkWorker } from './framework-worker.js'

export interface WorkerPoolOptions {
  readonly logFileOf: (framework: Framework) => string
  readonly signal: AbortSignal
  readonly onState: (framework: Framework, state: EventOf<'worker'>['state']) => void
  readonly onWarm: (worker: FrameworkWorker) => void
  /** Another way to start a worker, for tests. */
  readonly startWorker?: (options: WorkerOptions) => Worker
}

/** The workers of a comparison: each is kept warm for the next run of its framework, and all are stopped together. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions
  readonly #started: Worker[] = []
  readonly #warm = new Set<FrameworkWorker>()
  readonly #idle = new Set<FrameworkWorker>()

  constructor(options: WorkerPoolOptions) {
    this.#options = options
  }

  /** Starts another worker and imports the framework. Rejects with a `TwintuneError`. */
  async start(framework: Framework): Promise<FrameworkWorker> {
    const { signal, onState, onWarm, logFileOf } = this.#options
    onState(framework, 'starting')
    const worker = this.#startWorker(framework, logFileOf(framework))
    const onImporting = (): void => onState(framework, 'importing')
    const warm = await FrameworkWorker.warmUp(worker, framework, { signal, onImporting })
    onState(framework, 'ready')
    this.#warm.add(warm)
    onWarm(warm)
    return warm
  }

  /** A warm worker of the framework that has nothing to do, no longer idle from now on. */
  takeIdle(framework: Framework): FrameworkWorker | undefined {
    const worker = [...this.#idle].find((idle) => idle.framework === framework)
    if (worker) this.#idle.delete(worker)
    return worker
  }

  hasIdle(framework: Framework): boolean {
    return [...this.#idle].some((worker) => worker.framework === framework)
  }

  /** Gives a worker back after a run; one that died in it is forgotten. */
  release(worker: FrameworkWorker): void {
    if (worker.living) this.#idle.add(worker)
    else this.#warm.delete(worker)
  }

  /** Whether any worker of the framework lives, at work or idle. */
  hasLiving(framework: Framework): boolean {
    return [...this.#warm].some((worker) => worker.framework === framework && worker.living)
  }

  /** The paired test of two samples, in whichever Python lives, else in a fresh one. */
  async pairedDifference(
    request: z.input<typeof pairedDifferenceMessage.request>,
  ): Promise<z.output<typeof pairedDifferenceMessage.result>> {
    const living = [...this.#warm].find((worker) => worker.living)
    if (living) return living.worker.request(pairedDifferenceMessage, request)
    const fresh = this.#startWorker('pytorch', this.#options.logFileOf('pytorch'))
    await fresh.ready
    return fresh.request(pairedDifferenceMessage, request)
  }

  /** Stops every worker that was ever started. Never rejects. */
  async stop(): Promise<void> {
    await Promise.all(this.#started.map((worker) => worker.stop()))
  }

  #startWorker(framework: Framework, logFile: string): Worker {
    const start = this.#options.startWorker ?? ((options) => Worker.start(options))
    const worker = start({ name: framework, python: findPython(framework), logFile })
    this.#started.push(worker)
    return worker
  }
}
