import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import path from 'node:path'
import type { z } from 'zod'
import { unlessCancelled } from '../../cancellation.js'
import { surveyClusterMessage } from '../../protocol/survey-cluster.js'
import { findPython } from '../../worker/interpreter.js'
import { rayModule } from '../../worker/locations.js'
import { Worker } from '../../worker/worker.js'
import type { WorkerOptions } from '../../worker/worker-options.js'
import { makeTemporaryFolder, sweepTemporaryFolders } from '../machine/temporary-folders.js'
import type { Executor, RayExecutorOptions } from './executor.js'

const bytesPerGib = 2 ** 30

/** Cluster that workers are connected to, and the environment variables that they need for it. */
interface Cluster {
  readonly address: string
  readonly environment: NonNullable<WorkerOptions['environment']>
}

/**
 * Executor on a Ray cluster. Each worker is a Python on this machine that needs Ray alone, and passes its messages on to a
 * process on a node. A Python of the executor's own holds the cluster that was started for it, or has found the one that there is.
 */
export class RayExecutor implements Executor {
  readonly #options: RayExecutorOptions
  readonly #own: Worker
  readonly #folder: string
  readonly #cluster: Cluster
  readonly #workers = new Set<Worker>()

  private constructor(options: RayExecutorOptions, own: Worker, folder: string, cluster: Cluster) {
    this.#options = options
    this.#own = own
    this.#folder = folder
    this.#cluster = cluster
  }

  /**
   * Finds the cluster, or starts one.
   *
   * @throws TwintuneError PACKAGE_MISSING without Ray; CLUSTER_UNAVAILABLE; CANCELLED.
   */
  static async open(options: RayExecutorOptions, signal: AbortSignal): Promise<RayExecutor> {
    sweepTemporaryFolders()
    const folder = makeTemporaryFolder()
    const environment = options.address === undefined ? tokenOfOwnCluster() : {}
    const own = Worker.start({
      name: 'the executor ray',
      python: findPython('pytorch'),
      logFile: path.join(folder, 'ray.log'),
      ...drivingRay(options, options.address ?? null, environment),
    })
    try {
      await unlessCancelled(own.ready, signal)
      const { address } = await own.request(surveyClusterMessage, {}, { signal })
      return new RayExecutor(options, own, folder, { address, environment })
    } catch (error) {
      await own.stop()
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  startWorker(options: WorkerOptions): Worker {
    const { address, environment } = this.#cluster
    const driving = drivingRay(this.#options, address, { ...options.environment, ...environment })
    const worker = Worker.start({ ...options, ...driving })
    this.#workers.add(worker)
    return worker
  }

  async whyNoRoom(): Promise<string | null> {
    for (const worker of this.#workers) if (!worker.living) this.#workers.delete(worker)
    const { nodes } = await this.#own.request(surveyClusterMessage, {})
    const room = nodes.reduce((sum, node) => sum + roomOn(node, this.#options), 0)
    if (this.#workers.size < room) return null
    return `The cluster has room for ${room} ${room === 1 ? 'process' : 'processes'} of ${describeResources(this.#options)}.`
  }

  // Ray counts processors, and leaves it to the system which ones they are.
  async enterLane(): Promise<void> {}

  async leaveLane(): Promise<void> {}

  async close(): Promise<void> {
    await this.#own.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

type Node = z.output<typeof surveyClusterMessage.result>['nodes'][number]

/** Number of processes that a node has the resources for. Ray counts memory only where a process asks for some. */
function roomOn(node: Node, { cpus = 1, gpus = 0, memoryGib = 0 }: RayExecutorOptions): number {
  const shares = [
    [node.cpus, cpus],
    [node.gpus, gpus],
    [node.memoryBytes, memoryGib * bytesPerGib],
  ] as const
  const counts = shares.flatMap(([has, takes]) => (takes > 0 ? [Math.floor(has / takes + 1e-9)] : []))
  return Math.min(...counts)
}

function describeResources({ cpus = 1, gpus = 0, memoryGib }: RayExecutorOptions): string {
  const parts = [
    `${cpus} ${cpus === 1 ? 'processor' : 'processors'}`,
    ...(gpus > 0 ? [`${gpus} ${gpus === 1 ? 'GPU' : 'GPUs'}`] : []),
    ...(memoryGib === undefined ? [] : [`${memoryGib} GiB`]),
  ]
  return parts.join(', ')
}

/** Makes a token that only the processes of this executor know: other users of the machine can reach the cluster too. */
function tokenOfOwnCluster(): Cluster['environment'] {
  const { RAY_AUTH_MODE, RAY_AUTH_TOKEN } = process.env
  if (RAY_AUTH_MODE !== undefined || RAY_AUTH_TOKEN !== undefined) return {}
  return { RAY_AUTH_MODE: 'token', RAY_AUTH_TOKEN: randomBytes(32).toString('hex') }
}

/** Options of a worker whose Python passes its messages on to a cluster; it starts one where it has no address. */
function drivingRay(
  { cpus = 1, gpus = 0, memoryGib }: RayExecutorOptions,
  address: string | null,
  environment: WorkerOptions['environment'] = {},
): Pick<WorkerOptions, 'module' | 'environment' | 'worksElsewhere'> {
  const memoryBytes = memoryGib === undefined ? null : Math.round(memoryGib * bytesPerGib)
  const settings = { address, cpus, gpus, memoryBytes }
  return {
    module: rayModule(),
    worksElsewhere: true,
    environment: {
      ...environment,
      TWINTUNE_RAY: JSON.stringify(settings),
      // Whoever measures two frameworks has not agreed to be measured.
      RAY_USAGE_STATS_ENABLED: '0',
      // Ray gives way to all else on a machine; runs elsewhere don't, and are compared with these.
      RAY_worker_niceness: process.env.RAY_worker_niceness ?? '0',
    },
  }
}
