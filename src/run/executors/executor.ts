import type { Worker } from '../../worker/worker.js'
import type { WorkerOptions } from '../../worker/worker-options.js'

/** Executor on this machine: the workers are its processes. */
export interface LocalExecutorOptions {
  readonly name: 'local'
}

/** Executor on a Ray cluster: each worker works in a process on one of its nodes. */
export interface RayExecutorOptions {
  readonly name: 'ray'
  /**
   * Address of the cluster, as `host:port` or `ray://host:port`.
   * @defaultValue a cluster on this machine that is started for the runs and ended with them
   */
  readonly address?: string | undefined
  /**
   * Processors that a run takes on its node. Its framework gets as many threads.
   * @defaultValue 1
   */
  readonly cpus?: number | undefined
  /**
   * GPUs that a run takes on its node. A fraction shares one.
   * @defaultValue 0: a run sees no GPU
   */
  readonly gpus?: number | undefined
  /**
   * Memory that a run asks its node for, in GiB.
   * @defaultValue none: Ray does not count memory
   */
  readonly memoryGib?: number | undefined
}

/** Place where runs are carried out, and the resources that each takes there. It is no part of what an experiment is. */
export type ExecutorOptions = LocalExecutorOptions | RayExecutorOptions

/** Executor: it starts the workers of comparisons, here or elsewhere. Whoever opened it closes it. */
export interface Executor {
  /** Starts a worker and returns at once. */
  startWorker(options: WorkerOptions): Worker
  /** Tells why there is no room for another worker beside the living ones that it has started; `null` where there is. */
  whyNoRoom(): Promise<string | null>
  /** Gives a worker the processors of a lane, in which one run after the other is carried out. Rejects with a TwintuneError. */
  enterLane(worker: Worker, lane: number): Promise<void>
  /** Takes the lane's processors from a worker whose run has ended. Never rejects. */
  leaveLane(worker: Worker): Promise<void>
  /** Ends all that the executor itself has started. Never rejects. */
  close(): Promise<void>
}
