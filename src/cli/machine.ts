import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { cacheDirectory } from '../run/cache-directory.js'

/** A folder that twintune fills, and the room there is for it. */
export interface Room {
  readonly folder: string
  readonly freeBytes: number
}

/** What this machine offers, whichever framework asks. */
export interface Machine {
  readonly cpu: { readonly model: string; readonly count: number }
  /** Over one, five and fifteen minutes. */
  readonly loadAverage: readonly number[]
  readonly memoryBytes: number
  readonly freeMemoryBytes: number
  readonly runs: Room
  readonly cache: Room
}

/** Looks at the machine and at the room for run folders and for the cache. */
export async function examineMachine(
  runsDirectory: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Machine> {
  const cpus = os.cpus()
  return {
    cpu: { model: cpus[0]?.model ?? 'unknown', count: cpus.length },
    loadAverage: os.loadavg(),
    memoryBytes: os.totalmem(),
    freeMemoryBytes: os.freemem(),
    runs: await roomIn(path.resolve(runsDirectory)),
    cache: await roomIn(cacheDirectory(env)),
  }
}

// A folder that isn't there yet will be made where its nearest parent is.
async function roomIn(folder: string): Promise<Room> {
  let existing = folder
  while (!existsSync(existing)) existing = path.dirname(existing)
  const { bavail, bsize } = await statfs(existing)
  return { folder, freeBytes: bavail * bsize }
}
