import type { z } from 'zod'
import { unlessCancelled } from '../../cancellation.js'
import type { EventOf } from '../../events.js'
import type { Message } from '../../protocol/message.js'
import type { Experiment, Framework } from '../../spec/schema.js'
import { findPython } from '../../worker/interpreter.js'
import type { SilenceOptions } from '../../worker/silence-watch.js'
import { Turns } from '../../worker/turns.js'
import { Worker } from '../../worker/worker.js'
import type { WorkerOptions } from '../../worker/worker-options.js'
import { FrameworkWorker } from './framework-worker.js'
import type { WarmWorkers } from './warm-workers.js'

export interface WorkerPoolOptions {
  /** Mode of the runs, which decides what a worker imports. */
  readonly mode: Experiment['mode']
  /** Gives the file for the output of a Python. Workers of a framework that work side by side have numbers, from 1. */
  readonly logFileOf: (framework: Framework, number: number) => string
  readonly signal: AbortSignal
  readonly onState: (framework: Framework, state: EventOf<'worker'>['state']) => void
  readonly onWarm: (worker: FrameworkWorker) => void
  /** Watch over Pythons that may hang; none by default. */
  readonly silence?: (framework: Framework) => SilenceOptions
  /** Workers that are warm already, to take from and to leave for the next comparison. */
  readonly warmWorkers?: WarmWorkers | undefined
  /** Function that starts a worker in another way than as a process of this machine. */
  readonly startWorker?: (options: WorkerOptions) => Worker
  /** Function that tells why there is no room for another worker beside the living ones; `null` where there is. */
  readonly whyNoRoom?: () => Promise<string | null>
  /** Callback that is told, once, why workers were stopped or not started for lack of room. */
  readonly onNoRoom?: (reason: string) => void
}

interface StartedWorker {
  readonly worker: Worker
  readonly framework: Framework
  readonly number: number
}

/**
 * Pool of a comparison's workers, each kept warm for the next run of its framework. At the end of the comparison all are
 * stopped, but for those that can be left to the next comparison.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions
  readonly #started: StartedWorker[] = []
  readonly #warm = new Set<FrameworkWorker>()
  readonly #idle = new Set<FrameworkWorker>()
  /** Frameworks of the workers that are on their way, an entry for each worker. */
  readonly #starting: Framework[] = []
  /** Worker that was started for the statistics alone. */
  #statistician: Worker | undefined
  readonly #admission = new Turns()
  #isCramped = false

  constructor(options: WorkerPoolOptions) {
    this.#options = options
  }

  /** Whether there was no room for all workers: whoever has a choice then takes an idle one, and spares another's start. */
  get isCramped(): boolean {
    return this.#isCramped
  }

  /**
   * Gets another worker: one that is warm already, else a fresh one, for which idle workers are stopped where there is no
   * room. Where all are at work it gets none. Rejects with a `TwintuneError`.
   */
  async start(framework: Framework): Promise<FrameworkWorker | undefined> {
    const { onState, onWarm } = this.#options
    this.#starting.push(framework)
    const warm = await this.#start(framework).finally(() => {
      this.#starting.splice(this.#starting.indexOf(framework), 1)
    })
    if (warm === undefined) return undefined
    onState(framework, 'ready')
    this.#warm.add(warm)
    onWarm(warm)
    return warm
  }

  /** Takes a warm worker of the framework that has nothing to do. It is no longer idle from now on. */
  takeIdle(framework: Framework): FrameworkWorker | undefined {
    const worker = this.#findIdle(framework)
    if (worker) this.#idle.delete(worker)
    return worker
  }

  hasIdle(framework: Framework): boolean {
    return this.#findIdle(framework) !== undefined
  }

  /** Gives a worker back after a run; one that died in it is forgotten. */
  release(worker: FrameworkWorker): void {
    if (worker.living) this.#idle.add(worker)
    else this.#forget(worker)
  }

  /** Whether any worker of the framework lives, at work or idle, or is on its way. */
  hasLiving(framework: Framework): boolean {
    const lives = [...this.#warm].some((worker) => worker.framework === framework && worker.living)
    return lives || this.#starting.includes(framework)
  }

  /**
   * Asks a message that needs no framework, such as a test of two samples, of any Python that lives, else of a fresh one.
   * If it dies, another is asked once. Rejects with a `TwintuneError`.
   */
  async ask<M extends Message>(message: M, request: z.input<M['request']>): Promise<z.output<M['result']>> {
    const { signal } = this.#options
    const attempt = async (worker: Worker) => {
      await unlessCancelled(worker.ready, signal)
      return worker.request(message, request, { signal })
    }
    const first = this.#anyLiving()
    return attempt(first).catch((error) => {
      if (first.living || signal.aborted) throw error
      return attempt(this.#anyLiving())
    })
  }

  /**
   * Asks a message of a worker of the framework: one that is idle, else a fresh one. If it dies, another is asked once: a
   * process that was killed says nothing about the request. Rejects with a `TwintuneError`.
   */
  async askFramework<M extends Message>(
    framework: Framework,
    message: M,
    request: z.input<M['request']>,
  ): Promise<z.output<M['result']>> {
    const { signal } = this.#options
    for (let isRetry = false; ; isRetry = true) {
      signal.throwIfAborted()
      const warm =
        this.takeIdle(framework) ?? (await this.start(framework)) ?? (await this.#startAnyhow(framework))
      try {
        return await warm.worker.request(message, request, { signal })
      } catch (error) {
        if (isRetry || warm.living || signal.aborted) throw error
      } finally {
        this.release(warm)
      }
    }
  }

  /** Stops every worker, or leaves it to the next comparison. Never rejects. */
  async stop(): Promise<void> {
    const { warmWorkers } = this.#options
    const left = warmWorkers ? [...this.#idle].filter(({ living }) => living) : []
    const ended = this.#started.filter(({ worker }) => !left.some((warm) => warm.worker === worker))
    await Promise.all([
      ...left.map((warm) => warmWorkers?.keep(warm)),
      ...ended.map(({ worker }) => worker.stop()),
    ])
  }

  async #start(framework: Framework): Promise<FrameworkWorker | undefined> {
    const warm = await this.#takeWarm(framework)
    if (warm) return warm
    const worker = await this.#startWhereRoom(framework)
    return worker && this.#warmUp(worker, framework)
  }

  // Callers that come together must not take the same room.
  async #startWhereRoom(framework: Framework): Promise<Worker | undefined> {
    const endTurn = await this.#admission.take(this.#options.signal)
    try {
      return (await this.#hasRoom()) ? this.#begin(framework) : undefined
    } finally {
      endTurn()
    }
  }

  // Without a living worker the room is as large as it gets.
  async #hasRoom(): Promise<boolean> {
    const { whyNoRoom, onNoRoom } = this.#options
    while (this.#started.some(({ worker }) => worker.living)) {
      const why = (await whyNoRoom?.()) ?? null
      if (why === null) return true
      if (!this.#isCramped) onNoRoom?.(why)
      this.#isCramped = true
      if (!(await this.#stopIdle())) return false
    }
    return true
  }

  /** Stops a worker that has nothing to do, and returns whether there was one. */
  async #stopIdle(): Promise<boolean> {
    const [worker] = [...this.#idle].filter(({ living }) => living)
    if (worker === undefined) return false
    this.#forget(worker)
    await worker.worker.stop()
    return true
  }

  // What has to be asked of a framework after the runs can't wait for room.
  async #startAnyhow(framework: Framework): Promise<FrameworkWorker> {
    const warm = await this.#warmUp(this.#begin(framework), framework)
    this.#warm.add(warm)
    return warm
  }

  #begin(framework: Framework): Worker {
    this.#options.onState(framework, 'starting')
    return this.#startWorker(framework)
  }

  async #warmUp(worker: Worker, framework: Framework): Promise<FrameworkWorker> {
    const { mode, signal, onState } = this.#options
    const onImporting = (): void => onState(framework, 'importing')
    return FrameworkWorker.warmUp(worker, framework, { mode, signal, onImporting })
  }

  // A worker that dies while it is asked must not cost a run: there are fresh ones.
  async #takeWarm(framework: Framework): Promise<FrameworkWorker | undefined> {
    const { mode, signal, warmWorkers, logFileOf } = this.#options
    const warm = warmWorkers?.take(framework, mode)
    if (!warm) return undefined
    const number = this.#freeNumber(framework)
    this.#started.push({ worker: warm.worker, framework, number })
    this.#watch(warm.worker, framework)
    try {
      await warm.takeUp(logFileOf(framework, number), signal)
      return warm
    } catch (error) {
      if (warm.living || signal.aborted) throw error
      return undefined
    }
  }

  // A worker that died while it had nothing to do is forgotten, and must not cost a run.
  #findIdle(framework: Framework): FrameworkWorker | undefined {
    for (const worker of this.#idle) if (!worker.living) this.#forget(worker)
    return [...this.#idle].find((worker) => worker.framework === framework)
  }

  #forget(worker: FrameworkWorker): void {
    this.#idle.delete(worker)
    this.#warm.delete(worker)
  }

  #anyLiving(): Worker {
    const warm = [...this.#warm].find(({ living }) => living)
    if (warm) return warm.worker
    if (!this.#statistician?.living) this.#statistician = this.#startWorker('pytorch')
    return this.#statistician
  }

  #startWorker(framework: Framework): Worker {
    const start = this.#options.startWorker ?? ((options) => Worker.start(options))
    const number = this.#freeNumber(framework)
    const logFile = this.#options.logFileOf(framework, number)
    // A worker that finds no room on a cluster, which may have lost a node since, gets that of an idle one.
    const onWaiting = (): void => {
      this.#isCramped = true
      void this.#stopIdle()
    }
    const worker = start({ name: framework, python: findPython(framework), logFile, onWaiting })
    this.#watch(worker, framework)
    this.#started.push({ worker, framework, number })
    return worker
  }

  #watch(worker: Worker, framework: Framework): void {
    const { silence } = this.#options
    if (silence) worker.watchSilence(silence(framework))
  }

  // A worker that replaces a dead one has its number, and so appends to its log.
  #freeNumber(framework: Framework): number {
    const taken = this.#started
      .filter(({ worker, framework: of }) => of === framework && worker.living)
      .map(({ number }) => number)
    let number = 1
    while (taken.includes(number)) number += 1
    return number
  }
}
