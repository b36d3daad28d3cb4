import type { WarmWorkers } from '../run/workers/warm-workers.js'

/**
 * Calls a function with workers that stay warm from one comparison to the next: a sweep over settings starts and imports
 * the frameworks once. The function passes the workers on as `workers`; they are stopped in the end.
 *
 * @example
 * const comparisons = await withWarmWorkers(async (workers) => {
 *   const done = []
 *   for (const experiment of experiments) done.push(await compare(experiment, { workers }))
 *   return done
 * })
 */
export async function withWarmWorkers<T>(use: (workers: WarmWorkers) => Promise<T>): Promise<T> {
  const { WarmWorkers } = await import('../run/workers/warm-workers.js')
  const workers = WarmWorkers.none()
  try {
    return await use(workers)
  } finally {
    await workers.stop()
  }
}
