import { statfs } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Machine, Room } from '../lines/doctor.js'
import { cacheDirectory } from '../run/machine/cache-directory.js'
import { isWritableFolder, nearestExisting } from '../run/machine/folders.js'
import { readHardware } from '../run/machine/hardware.js'

/** Looks at the machine, and at the room for the folders of comparisons and for the cache. */
export async function examineMachine(
  runsDirectory: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Machine> {
  return {
    ...readHardware(),
    freeMemoryBytes: os.freemem(),
    runs: await roomIn(path.resolve(runsDirectory)),
    cache: await roomIn(cacheDirectory(env)),
  }
}

// A folder that isn't there yet will be made where its nearest parent is.
async function roomIn(folder: string): Promise<Room> {
  const existing = nearestExisting(folder)
  const { bavail, bsize } = await statfs(existing)
  return { folder, freeBytes: bavail * bsize, writable: isWritableFolder(existing) }
}
