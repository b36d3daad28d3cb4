import path from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import { foldersIn } from '../run/folder/find.js'
import { type Listed, type ListedKind, listSummaries, newestFirst } from '../run/folder/listing.js'
import { parseRecorded } from '../run/folder/read.js'
import { linesOf, readRegular } from '../run/folder/regular-file.js'
import { type ListedComparison, listedComparisons } from '../run/folder/summary.js'
import { explainUnreadable } from '../run/folder/unreadable.js'
import { frameworkSchema } from '../spec/schema.js'
import { sweepSchema } from '../spec/sweep-schema.js'
import { trialEndedSchema } from './events.js'
import { readSweep, sweepFiles, sweepStatusSchema } from './sweep-folder.js'

const mode = z.enum(['aligned', 'idiomatic'])
const { strategy, sampler } = sweepSchema.shape

/** Schema of a sweep as lists show it. */
export const sweepSummarySchema = z.strictObject({
  status: sweepStatusSchema,
  experiment: z.string(),
  startedAt: z.iso.datetime().describe('Time when the sweep began in UTC, as ISO 8601.'),
  mode: mode.nullable().describe('Mode of the runs; null where spec.yaml is gone.'),
  frameworks: z.array(frameworkSchema),
  strategy: strategy
    .unwrap()
    .nullable()
    .describe('Way in which the values of a trial are chosen; null where spec.yaml is gone.'),
  sampler: sampler.unwrap().nullable().describe('Sampler of Optuna; null for another strategy.'),
  trials: z.int().describe('Number of trials in all frameworks, with trial 0 of each.'),
  ended: z.int().describe('Number of trials that finished, were pruned or failed.'),
})

/** Sweep as lists show it. */
export type ListedSweep = Listed<z.output<typeof sweepSummarySchema>>

/** Comparison or sweep as lists show it. */
export type ListedFolder =
  | (ListedComparison & { readonly kind: 'comparison' })
  | (ListedSweep & { readonly kind: 'sweep' })

const listedSweeps: ListedKind<z.output<typeof sweepSummarySchema>> = {
  kind: 'sweeps',
  schema: sweepSummarySchema,
  files: [sweepFiles.sweep, sweepFiles.events],
  read: async (folder) => {
    try {
      return summarizeSweep(folder)
    } catch (error) {
      throw explainUnreadable(
        error,
        'COMPARISON_NOT_FOUND',
        folder,
        'Make the folder and its files readable.',
      )
    }
  },
}

/**
 * Sums up the comparisons and the sweeps below `runsDirectory` for a list, the newest first, without those that can't be read.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND when `runsDirectory` itself can't be read.
 */
export async function summarizeFolders(runsDirectory: string): Promise<ListedFolder[]> {
  const folders = await foldersIn(runsDirectory)
  const comparisons = await listSummaries(listedComparisons, runsDirectory, folders)
  const known = new Set(comparisons.map(({ name }) => name))
  const others = folders.filter((folder) => !known.has(path.basename(folder)))
  const sweeps = await listSummaries(listedSweeps, runsDirectory, others)
  return [
    ...comparisons.map((comparison): ListedFolder => ({ ...comparison, kind: 'comparison' })),
    ...sweeps.map((sweep): ListedFolder => ({ ...sweep, kind: 'sweep' })),
  ].toSorted(newestFirst)
}

function summarizeSweep(folder: string) {
  const found = readSweep(folder)
  if (found === undefined) return undefined
  const { status, started } = found
  const settings = readSettings(folder)
  const usual = settings?.sweep.strategy === 'optuna' ? (settings.sweep.sampler ?? 'tpe') : null
  const summary: z.output<typeof sweepSummarySchema> = {
    ...{ status, experiment: started.experiment, startedAt: started.time },
    ...{ mode: settings?.mode ?? null, frameworks: started.frameworks },
    ...{ strategy: settings?.sweep.strategy ?? null, sampler: usual },
    trials: started.trials * started.frameworks.length,
    ended: countEnded(folder),
  }
  return { summary, hasEnded: status === 'finished' || status === 'failed' || status === 'cancelled' }
}

const settingsSchema = z.object({ mode, sweep: z.object({ strategy, sampler }) })

function readSettings(folder: string) {
  try {
    return settingsSchema.parse(parse(readRegular(path.join(folder, sweepFiles.spec)) ?? ''))
  } catch {
    return null
  }
}

// A trial that was cancelled ends again, once the sweep goes on.
function countEnded(folder: string): number {
  const ended = new Set<string>()
  for (const line of linesOf(path.join(folder, sweepFiles.events))) {
    const result = line.startsWith('{"type":"trial-ended"') && parseRecorded(line, trialEndedSchema)?.result
    if (result && result.status !== 'cancelled') ended.add(sweepFiles.folderOf(result))
  }
  return ended.size
}
