import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { TwintuneError } from '../../failure.js'
import { type RecordedRun, readRunFolder } from './read.js'
import { explainUnreadable } from './unreadable.js'

/**
 * Lists the comparisons below `runsDirectory`, the newest first, without those that can't be read.
 *
 * @throws TwintuneError RUN_NOT_FOUND when `runsDirectory` itself can't be read.
 */
export async function listRuns(runsDirectory: string): Promise<RecordedRun[]> {
  const folders = await foldersIn(runsDirectory)
  // A folder that belongs to someone else must not hide the rest.
  const runs = await Promise.all(folders.map((folder) => readRunFolder(folder).catch(absentIfUnreadable)))
  return runs
    .filter((run) => run !== undefined)
    .toSorted((a, b) => b.started.time.localeCompare(a.started.time))
}

/**
 * Finds the comparison that the user means: `latest`, a folder, or a name or its unique ending below `runsDirectory`.
 *
 * @throws TwintuneError RUN_NOT_FOUND, with the comparisons there are to choose from, or the reason why they can't be read.
 */
export async function findRun(run: string, runsDirectory: string): Promise<RecordedRun> {
  const ofFolder = await readRunFolder(run)
  if (ofFolder) return ofFolder
  const runs = await listRuns(runsDirectory)
  if (run === 'latest') return runs[0] ?? notFound(`There is no run in ${runsDirectory} yet.`, [])
  const exact = runs.find(({ name }) => name === run)
  if (exact) return exact
  const [only, ...others] = runs.filter(({ name }) => name.endsWith(run))
  if (!only) return notFound(`There is no run ${run} in ${runsDirectory}.`, runs)
  if (others.length > 0) return notFound(`The names of several runs end with ${run}.`, [only, ...others])
  return only
}

const hintOfOut = '--out names another folder of runs.'
const candidatesShown = 10

async function foldersIn(runsDirectory: string): Promise<string[]> {
  try {
    const entries = await readdir(runsDirectory, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(runsDirectory, entry.name))
  } catch (error) {
    // The folder is made with its first comparison.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw explainUnreadable(error, 'RUN_NOT_FOUND', runsDirectory, hintOfOut)
  }
}

function absentIfUnreadable(error: unknown): undefined {
  if (!(error instanceof TwintuneError)) throw error
}

function notFound(message: string, candidates: readonly RecordedRun[]): never {
  const names = candidates.slice(0, candidatesShown).map(({ name }) => name)
  const hint = names.length > 0 ? `Choose one of: ${names.join(', ')}` : hintOfOut
  throw new TwintuneError({ code: 'RUN_NOT_FOUND', message, hint })
}
