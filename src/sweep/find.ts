import path from 'node:path'
import { TwintuneError, toFailure } from '../failure.js'
import { findComparison, foldersIn, isSweep } from '../run/folder/find.js'
import { fittingName } from '../run/folder/fitting-name.js'
import type { RecordedComparison } from '../run/folder/read.js'
import { summarizeFolders } from './listing.js'
import { type RecordedSweep, readSweep } from './sweep-folder.js'

/** Comparison or sweep, as its folder is found. */
export type Found =
  | { readonly kind: 'comparison'; readonly found: RecordedComparison }
  | { readonly kind: 'sweep'; readonly found: RecordedSweep }

/**
 * Finds the comparison or the sweep that the user means: `latest`, a folder, or a name or its unique beginning or ending
 * below `runsDirectory`. The comparisons of a sweep's final are no `latest`: the sweep is.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND, with those to choose from, or the reason why they can't be read.
 */
export async function findComparisonOrSweep(named: string, runsDirectory: string): Promise<Found> {
  const meant = named === 'latest' ? await latest(runsDirectory) : named
  const ofFolder = meant === '' ? undefined : readSweep(meant)
  if (ofFolder) return { kind: 'sweep', found: ofFolder }
  try {
    return { kind: 'comparison', found: await findComparison(meant, runsDirectory) }
  } catch (error) {
    if (toFailure(error).code !== 'COMPARISON_NOT_FOUND') throw error
    const found = await sweepNamed(meant, runsDirectory)
    if (found) return { kind: 'sweep', found }
    throw error
  }
}

async function latest(runsDirectory: string): Promise<string> {
  const folders = await summarizeFolders(runsDirectory)
  return folders.find((each) => each.kind === 'sweep' || each.sweep === null)?.path ?? 'latest'
}

async function sweepNamed(named: string, runsDirectory: string): Promise<RecordedSweep | undefined> {
  const folders = (await foldersIn(runsDirectory)).filter(isSweep)
  const sweeps = folders.map((folder) => ({ name: path.basename(folder), folder }))
  const [only, ...others] = fittingName(named, sweeps)
  if (others.length === 0) return only && readSweep(only.folder)
  throw new TwintuneError({
    code: 'COMPARISON_NOT_FOUND',
    message: `The names of several sweeps begin or end with ${named}.`,
    hint: `Choose one of: ${[only, ...others].map((each) => each?.name).join(', ')}`,
  })
}
