import { type Dirent, lstatSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { comparisonFiles } from '../folder/files.js'
import { foldersIn, listComparisons } from '../folder/find.js'
import { FolderLock, isInUse } from '../folder/lock.js'
import type { RecordedComparison } from '../folder/read.js'
import { isOwnFolder } from '../folder/regular-file.js'
import { abandonedTemporaryFolders, isAbandoned } from '../machine/temporary-folders.js'

/** File or folder on the disk that nothing needs any more. */
export interface Leftover {
  readonly kind: 'checkpoints' | 'temporary file' | 'temporary folder'
  readonly path: string
  readonly bytes: number
  /** Comparison's folder that it lies in, if it does: nobody may be at work there when it is deleted. */
  readonly comparison?: string
}

/**
 * Finds what comparisons below `runsDirectory`, the cache and the system's temporary folder still hold and nothing needs
 * any more: checkpoints of runs that have finished, and temporary files of processes that were killed.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND when `runsDirectory` can't be read.
 */
export async function findLeftovers(runsDirectory: string, cacheDirectory: string): Promise<Leftover[]> {
  const comparisons = await listComparisons(runsDirectory)
  return [
    ...comparisons.flatMap(leftoversOf),
    ...(await foldersIn(runsDirectory)).flatMap((folder) => brokenOffMerge(path.resolve(folder))),
    ...['weights', 'features', 'checks'].flatMap((folder) =>
      temporaryFiles(path.join(cacheDirectory, folder), isAbandoned),
    ),
    ...abandonedTemporaryFolders().map((place) => ({
      kind: 'temporary folder' as const,
      path: place,
      bytes: bytesOf(place),
    })),
  ]
}

/** Deletes leftovers, and returns those that are gone. */
export function deleteLeftovers(leftovers: readonly Leftover[]): Leftover[] {
  return leftovers.filter(({ path: place, comparison }) => {
    let lock: FolderLock | null = null
    try {
      lock = comparison === undefined ? null : FolderLock.take(comparison)
      rmSync(place, { recursive: true, force: true })
      return true
    } catch {
      // What is someone else's stays theirs, and what is at work again is none of ours.
      return false
    } finally {
      lock?.release()
    }
  })
}

function leftoversOf({ path: folder, status, results }: RecordedComparison): Leftover[] {
  if (status === 'running') return []
  const isDone = (place: string) =>
    status === 'finished' &&
    results.some((run) => run.status === 'finished' && comparisonFiles.folderOf(run) === path.basename(place))
  return entriesOf(folder)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(folder, name))
    .flatMap((place) => {
      // Nobody is at work in the folder, so that all temporary files are left ones.
      const files = temporaryFiles(place, () => true)
      const checkpoints = path.join(place, comparisonFiles.checkpoints)
      if (!isDone(place) || !isOwnFolder(checkpoints)) return files
      const bytes = bytesOf(checkpoints)
      return [
        { kind: 'checkpoints' as const, path: checkpoints, bytes },
        ...files.filter((file) => !file.path.startsWith(checkpoints + path.sep)),
      ]
    })
    .map((left) => ({ ...left, comparison: folder }))
}

// Copies of runs that lie where they were copied from too: the mark goes only with the events, which make a comparison of them.
function brokenOffMerge(folder: string): Leftover[] {
  const sizeOf = (name: string) => lstatSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? null
  if (sizeOf(comparisonFiles.merging) === null || sizeOf(comparisonFiles.events) !== 0 || isInUse(folder))
    return []
  return [{ kind: 'temporary folder', path: folder, bytes: bytesOf(folder), comparison: folder }]
}

// Files that are written aside until they are whole (`python/twintune/system/files.py`).
function temporaryFiles(folder: string, isLeft: (file: string) => boolean): Leftover[] {
  return entriesOf(folder).flatMap((entry) => {
    const place = path.join(folder, entry.name)
    if (entry.isDirectory()) return temporaryFiles(place, isLeft)
    if (!entry.isFile() || !/^\..*\.tmp$/.test(entry.name) || !isLeft(place)) return []
    return [{ kind: 'temporary file' as const, path: place, bytes: bytesOf(place) }]
  })
}

function bytesOf(place: string): number {
  try {
    const status = lstatSync(place)
    if (!status.isDirectory()) return status.size
    return entriesOf(place).reduce((sum, { name }) => sum + bytesOf(path.join(place, name)), 0)
  } catch {
    // It is gone, someone else's, or deeper than a path may be.
    return 0
  }
}

// A folder that is gone or is someone else's has nothing of ours.
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
