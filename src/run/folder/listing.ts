import { lstatSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import * as z from 'zod'
import { TwintuneError } from '../../failure.js'
import { version } from '../../version.js'
import { cacheDirectory } from '../machine/cache-directory.js'
import { comparisonFiles } from './files.js'
import { parseRecorded, readComparison } from './read.js'
import { readIfReadable } from './regular-file.js'
import { sha256 } from './sha256.js'
import { type ListedComparison, summarize, summarySchema } from './summary.js'

const indexSchema = z.strictObject({
  twintune: z.literal(version),
  comparisons: z.record(z.string(), z.strictObject({ files: z.string(), summary: summarySchema })),
})

type Entries = z.output<typeof indexSchema>['comparisons']

/**
 * Sums up the comparisons in folders, the newest first, without those that can't be read. Reading a result takes a few
 * milliseconds, so that summaries of comparisons that have ended are kept in the cache folder. A summary stands for as long as
 * the files that it was read from are the very same: by inode, size, and the times at which content or name last changed.
 *
 * @param runsDirectory - Folder that the folders lie in.
 */
export async function listSummaries(
  runsDirectory: string,
  folders: readonly string[],
): Promise<ListedComparison[]> {
  const index = path.join(cacheDirectory(), 'listings', `${sha256(path.resolve(runsDirectory))}.json`)
  const known = readIndex(index)
  const entries: Entries = {}
  const comparisons: ListedComparison[] = []
  let isNew = false
  for (const folder of folders) {
    const name = path.basename(folder)
    const files = stampOf(folder)
    const kept = files === null ? undefined : known[name]
    if (kept !== undefined && files === kept.files) {
      entries[name] = kept
      comparisons.push({ name, path: path.resolve(folder), ...kept.summary })
      continue
    }
    // A folder that belongs to someone else must not hide the rest.
    const recorded = await readComparison(folder).catch(absentIfUnreadable)
    if (recorded === undefined) continue
    const summary = summarize(recorded)
    comparisons.push({ name, path: recorded.path, ...summary })
    if (files === null || recorded.comparison === null) continue
    entries[name] = { files, summary }
    isNew = true
  }
  if (isNew) writeIndex(index, entries)
  return comparisons.toSorted((one, other) => (one.startedAt < other.startedAt ? 1 : -1))
}

/** Stamps the files that a summary is read from; `null` for a comparison that has no result yet. */
function stampOf(folder: string): string | null {
  const stamps = [comparisonFiles.comparison, comparisonFiles.events].map((name) => {
    const stats = lstatSync(`${folder}${path.sep}${name}`, { throwIfNoEntry: false })
    return stats && `${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`
  })
  return stamps.includes(undefined) ? null : stamps.join(' ')
}

function readIndex(file: string): Entries {
  return parseRecorded(readIfReadable(file), indexSchema)?.comparisons ?? {}
}

// A list is as right without its index, only slower.
function writeIndex(file: string, comparisons: Entries): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileAtomic.sync(file, JSON.stringify({ twintune: version, comparisons }))
  } catch {}
}

/** Passes over a folder that can't be read; any other error is thrown. */
export function absentIfUnreadable(error: unknown): undefined {
  if (!(error instanceof TwintuneError)) throw error
}
