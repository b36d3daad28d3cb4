import { lstatSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import * as z from 'zod'
import { compareText } from '../../compare-text.js'
import { TwintuneError } from '../../failure.js'
import { version } from '../../version.js'
import { cacheDirectory } from '../machine/cache-directory.js'
import { parseRecorded } from './read.js'
import { readIfReadable } from './regular-file.js'
import { sha256 } from './sha256.js'

const indexSchema = z.strictObject({
  twintune: z.literal(version),
  entries: z.record(z.string(), z.strictObject({ files: z.string(), summary: z.unknown() })),
})

/** Kind of work that has folders of its own, as far as a list has to know it. */
export interface ListedKind<Summary extends Listable> {
  /** Name of the kind among the indexes in the cache folder. */
  readonly kind: string
  readonly schema: z.ZodType<Summary>
  /** Files that a summary is read from. Work without one of them has not ended. */
  readonly files: readonly string[]
  /**
   * Reads a folder and sums it up; `undefined` where it holds none of the kind.
   *
   * @throws TwintuneError where the folder can't be read.
   */
  read(folder: string): Promise<{ readonly summary: Summary; readonly hasEnded: boolean } | undefined>
}

interface Listable {
  readonly startedAt: string
}

/** Summary of work, and the folder that it is in. */
export type Listed<Summary> = Summary & {
  /** Name of the folder. */
  readonly name: string
  /** Absolute path of the folder. */
  readonly path: string
}

/**
 * Sums up what lies in folders, the newest first, without folders that hold nothing of the kind or can't be read. Reading a
 * result takes a few milliseconds, so that summaries of what has ended are kept in the cache folder. A summary stands for as
 * long as the files that it was read from are the very same: by inode, size, and the times at which content or name last changed.
 *
 * @param runsDirectory - Folder that the folders lie in.
 */
export async function listSummaries<Summary extends Listable>(
  { kind, schema, files: names, read }: ListedKind<Summary>,
  runsDirectory: string,
  folders: readonly string[],
): Promise<Listed<Summary>[]> {
  const index = path.join(cacheDirectory(), 'listings', `${kind}-${sha256(path.resolve(runsDirectory))}.json`)
  const known = parseRecorded(readIfReadable(index), indexSchema)?.entries ?? {}
  const entries: typeof known = {}
  const listed: Listed<Summary>[] = []
  let isNew = false
  for (const folder of folders) {
    const name = path.basename(folder)
    const files = stampOf(folder, names)
    const kept = files === null ? undefined : known[name]
    const { data } = kept !== undefined && files === kept.files ? schema.safeParse(kept.summary) : {}
    if (kept !== undefined && data !== undefined) {
      entries[name] = kept
      listed.push({ name, path: path.resolve(folder), ...data })
      continue
    }
    // A folder that belongs to someone else must not hide the rest.
    const found = await read(folder).catch(absentIfUnreadable)
    if (found === undefined) continue
    listed.push({ name, path: path.resolve(folder), ...found.summary })
    if (files === null || !found.hasEnded) continue
    entries[name] = { files, summary: found.summary }
    isNew = true
  }
  if (isNew) writeIndex(index, entries)
  return listed.toSorted(newestFirst)
}

/** Orders summaries for a list. */
export function newestFirst(one: Listable, other: Listable): number {
  return compareText(other.startedAt, one.startedAt)
}

/** Stamps the files that a summary is read from; `null` where one of them is missing. */
function stampOf(folder: string, names: readonly string[]): string | null {
  const stamps = names.map((name) => {
    const stats = lstatSync(`${folder}${path.sep}${name}`, { throwIfNoEntry: false })
    return stats && `${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`
  })
  return stamps.includes(undefined) ? null : stamps.join(' ')
}

// A list is as right without its index, only slower.
function writeIndex(file: string, entries: object): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileAtomic.sync(file, JSON.stringify({ twintune: version, entries }))
  } catch {}
}

/** Passes over a folder that can't be read; any other error is thrown. */
export function absentIfUnreadable(error: unknown): undefined {
  if (!(error instanceof TwintuneError)) throw error
}
