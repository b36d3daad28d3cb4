import { readFileSync } from 'node:fs'
import os from 'node:os'
import { useProcessorsMessage } from '../../protocol/use-processors.js'
import { Worker } from '../../worker/worker.js'
import type { WorkerOptions } from '../../worker/worker-options.js'
import { parseRanges, readResidentBytes } from '../machine/processes.js'
import { visibleGpus } from '../machine/visible-gpus.js'
import type { Executor } from './executor.js'

export interface LocalOptions {
  /** Number of runs that go on at the same time; with a single one, a worker has the whole machine. */
  readonly parallel: number
  /** Function that starts a worker in another way, for tests. */
  readonly startWorker?: ((options: WorkerOptions) => Worker) | undefined
}

/** Memory that a worker with a small backbone comes to need, in bytes. */
const leastNeeded = 1.5 * 2 ** 30

/**
 * Executor on this machine. Runs that go on at the same time each have a share of the processors, and one GPU where there are
 * several.
 */
export class LocalExecutor implements Executor {
  readonly #options: LocalOptions
  readonly #processors = allowedProcessors()
  readonly #gpus: readonly string[]
  /** Workers that were started and may live, with the GPU that each has. */
  readonly #workers = new Map<Worker, string | undefined>()

  constructor(options: LocalOptions) {
    this.#options = options
    this.#gpus = options.parallel > 1 ? visibleGpus() : []
  }

  startWorker(options: WorkerOptions): Worker {
    const start = this.#options.startWorker ?? Worker.start
    this.#forgetDead()
    const gpu = this.#leastUsedGpu()
    const worker = start({ ...options, environment: { ...options.environment, ...this.#share(gpu) } })
    this.#workers.set(worker, gpu)
    return worker
  }

  async whyNoRoom(): Promise<string | null> {
    if (this.#options.parallel === 1) return null
    this.#forgetDead()
    const resident = [...this.#workers.keys()].map(({ pythonPid }) =>
      pythonPid === undefined ? 0 : (readResidentBytes(pythonPid) ?? 0),
    )
    return whyTooLittle(process.availableMemory?.() ?? os.freemem(), resident)
  }

  async enterLane(worker: Worker, lane: number): Promise<void> {
    const processors = this.#processorsOf(lane)
    if (processors.length > 0) await worker.request(useProcessorsMessage, { processors })
  }

  async leaveLane(worker: Worker): Promise<void> {
    if (this.#processors === null || this.#processorsOf(0).length === 0) return
    const processors = [...this.#processors]
    // A worker that has died needs none.
    await worker.request(useProcessorsMessage, { processors }).catch(() => {})
  }

  async close(): Promise<void> {}

  /** Processors of a lane; none where a run has all of them, or where the user or the system divides them. */
  #processorsOf(lane: number): number[] {
    const { parallel } = this.#options
    if (parallel === 1 || this.#processors === null || process.env.TWINTUNE_CORES) return []
    return processorsOfLane(this.#processors, parallel, lane)
  }

  #share(gpu: string | undefined): Record<string, string> {
    const { parallel } = this.#options
    const cores = Math.max(1, Math.floor(os.availableParallelism() / parallel))
    return {
      ...(parallel > 1 && !process.env.TWINTUNE_CORES && { TWINTUNE_CORES: String(cores) }),
      ...(gpu !== undefined && { CUDA_VISIBLE_DEVICES: gpu }),
    }
  }

  #leastUsedGpu(): string | undefined {
    if (this.#gpus.length < 2) return undefined
    const users = (gpu: string) => [...this.#workers].filter(([, used]) => used === gpu).length
    return this.#gpus.toSorted((one, other) => users(one) - users(other))[0]
  }

  #forgetDead(): void {
    for (const worker of this.#workers.keys()) if (!worker.living) this.#workers.delete(worker)
  }
}

/**
 * Processors of a lane: as many for each, so that the runs of all lanes have the same threads. Lanes share them where there are
 * fewer processors than lanes.
 */
export function processorsOfLane(processors: readonly number[], lanes: number, lane: number): number[] {
  const share = Math.max(1, Math.floor(processors.length / lanes))
  return Array.from(
    { length: share },
    (_, index) => processors[(lane * share + index) % processors.length] ?? 0,
  )
}

/**
 * Tells why the memory would not do for another worker; `null` where it would.
 *
 * @param available - Bytes that processes can still get.
 * @param resident - Bytes that each living worker has; 0 for one that has only begun.
 */
export function whyTooLittle(available: number, resident: readonly number[]): string | null {
  const needed = Math.max(leastNeeded, ...resident)
  const promised = resident.reduce((sum, bytes) => sum + (needed - bytes), 0)
  if (available - promised >= needed) return null
  const gib = (bytes: number) => `${(Math.max(0, bytes) / 2 ** 30).toFixed(1)} GiB`
  return `Another worker would need some ${gib(needed)} of memory, and ${gib(available - promised)} are left beside the ${resident.length} that there are.`
}

/** Numbers of the processors that this process may use; `null` where the system does not tell. */
function allowedProcessors(): readonly number[] | null {
  try {
    const [, ranges] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    return ranges === undefined ? null : parseRanges(ranges)
  } catch {
    return null
  }
}
