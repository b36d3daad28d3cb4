import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { hasCode, TwintuneError } from '../../failure.js'
import { shellQuote } from '../../shell-quote.js'
import { comparisonFiles } from './files.js'
import { fittingName } from './fitting-name.js'
import { absentIfUnreadable, listSummaries } from './listing.js'
import { type RecordedComparison, readComparison } from './read.js'
import { readFirstLine } from './regular-file.js'
import { type ListedComparison, listedComparisons } from './summary.js'
import { explainUnreadable } from './unreadable.js'

/**
 * Lists the comparisons below `runsDirectory`, the newest first, without those that can't be read.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND when `runsDirectory` itself can't be read.
 */
export async function listComparisons(runsDirectory: string): Promise<RecordedComparison[]> {
  const folders = await foldersIn(runsDirectory)
  // A folder that belongs to someone else must not hide the rest.
  const comparisons = await Promise.all(
    folders.map((folder) => readComparison(folder).catch(absentIfUnreadable)),
  )
  return comparisons
    .filter((comparison) => comparison !== undefined)
    .toSorted((a, b) => b.started.time.localeCompare(a.started.time))
}

/**
 * Sums up the comparisons below `runsDirectory` for a list, the newest first, without those that can't be read.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND when `runsDirectory` itself can't be read.
 */
export async function summarizeComparisons(runsDirectory: string): Promise<ListedComparison[]> {
  return listSummaries(listedComparisons, runsDirectory, await foldersIn(runsDirectory))
}

/**
 * Finds the comparison that the user means: `latest`, a folder, or a name or its unique beginning or ending below
 * `runsDirectory`.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND, with the comparisons to choose from, or the reason why they can't be read.
 */
export async function findComparison(named: string, runsDirectory: string): Promise<RecordedComparison> {
  // A variable of a script that was never set must not stand for whatever comparison there is.
  if (named === '')
    return notFound('The name of the comparison is empty.', await summarizeComparisons(runsDirectory))
  const ofFolder = await readComparison(named)
  if (ofFolder) return ofFolder
  const comparisons = await summarizeComparisons(runsDirectory)
  if (named === 'latest')
    return read(comparisons[0] ?? notFound(`There is no comparison in ${runsDirectory} yet.`, []))
  const [only, ...others] = fittingName(named, comparisons)
  if (!only) {
    const below = (await foldersIn(runsDirectory)).map((folder) => ({ name: path.basename(folder), folder }))
    refuseSweep([named, ...fittingName(named, below).map(({ folder }) => folder)])
    // A bare name is rather that of a comparison that was mistaken for another.
    if (comparisons.length === 0 || path.basename(named) !== named) refuseOther(named)
    return notFound(`There is no comparison ${named} in ${runsDirectory}.`, comparisons)
  }
  if (others.length > 0)
    return notFound(`The names of several comparisons begin or end with ${named}.`, [only, ...others])
  return read(only)

  // The folder may have gone since it was listed.
  async function read({ name, path: folder }: ListedComparison): Promise<RecordedComparison> {
    return (await readComparison(folder)) ?? notFound(`${name} holds no comparison any more.`, [])
  }
}

/**
 * Reads the comparison of that very name below `runsDirectory`; `undefined` when none has it. A name that leads elsewhere,
 * such as `..`, is none of a folder there.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND when it can't be read.
 */
export async function readNamed(
  name: string,
  runsDirectory: string,
): Promise<RecordedComparison | undefined> {
  const folder = (await foldersIn(runsDirectory)).find((candidate) => path.basename(candidate) === name)
  return folder === undefined ? undefined : readComparison(folder)
}

const hintOfRuns = '--runs names another folder of comparisons.'
const candidatesShown = 10

/**
 * Lists the folders within `runsDirectory`, without links.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND when `runsDirectory` itself can't be read.
 */
export async function foldersIn(runsDirectory: string): Promise<string[]> {
  try {
    const entries = await readdir(runsDirectory, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(runsDirectory, entry.name))
  } catch (error) {
    // The folder is made with its first comparison.
    if (hasCode(error, 'ENOENT')) return []
    throw explainUnreadable(error, 'COMPARISON_NOT_FOUND', runsDirectory, hintOfRuns)
  }
}

/** Tells whether a folder is that of a sweep, by its first event; one that can't be read is none. */
export function isSweep(folder: string): boolean {
  try {
    const first = readFirstLine(path.join(folder, comparisonFiles.events))
    return first?.startsWith('{"type":"sweep-started"') ?? false
  } catch {
    return false
  }
}

/** Refuses the folder of a sweep, since whoever names it knows that it is there. */
function refuseSweep(folders: readonly string[]): void {
  const folder = folders.find(isSweep)
  if (folder === undefined) return
  throw new TwintuneError({
    code: 'COMPARISON_NOT_FOUND',
    message: `${path.basename(folder)} is a sweep, and no comparison.`,
    hint: `twintune show ${shellQuote(folder)} shows it. Its final comparisons have folders of their own, which twintune list names.`,
  })
}

/** Refuses what is there and no comparison: a pattern such as `shards/*` names whatever else lies beside the folders. */
function refuseOther(named: string): void {
  if (!existsSync(named)) return
  const isWithoutEvents = existsSync(path.join(named, comparisonFiles.spec))
  throw new TwintuneError({
    code: 'COMPARISON_NOT_FOUND',
    message: isWithoutEvents
      ? `${named} has lost its ${comparisonFiles.events}, without which its comparison can't be read.`
      : `${named} is there, and holds no comparison.`,
    hint: isWithoutEvents
      ? 'Copy the whole folder again.'
      : 'Name the folder of a comparison, or its name: twintune list shows them.',
  })
}

function notFound(message: string, candidates: readonly Pick<RecordedComparison, 'name'>[]): never {
  const names = candidates.slice(0, candidatesShown).map(({ name }) => name)
  // An option for it isn't named: the API has another one than the commands.
  const elsewhere = 'A comparison that lies elsewhere is named by the path of its folder.'
  const hint = names.length > 0 ? `Choose one of: ${names.join(', ')}` : elsewhere
  throw new TwintuneError({ code: 'COMPARISON_NOT_FOUND', message, hint })
}
