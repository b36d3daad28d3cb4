import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { TwintuneError } from '../../failure.js'
import { frameworkNames } from '../../framework-names.js'
import { isSameRun, planRuns } from '../../plan/plan-runs.js'
import { shellQuote } from '../../shell-quote.js'
import { listOptions } from '../../spec/listed-options.js'
import { loadExperiment } from '../../spec/load.js'
import { formatSeeds } from '../../spec/seeds.js'
import { formatShard, type Shard, seedsOfShard } from '../../spec/shard.js'
import { type MachineEnvironment, readEnvironment } from '../folder/environment-file.js'
import { comparisonFiles } from '../folder/files.js'
import type { RecordedComparison } from '../folder/read.js'
import { readRegular, requireOwnFiles } from '../folder/regular-file.js'
import { checkUnaltered, checkUnchanged, requireComparison } from '../taking-up.js'

/** Comparison in a folder that is to be merged with others. */
export interface Part {
  readonly recorded: RecordedComparison
  readonly name: string
  readonly shard: Shard | null
  readonly seeds: readonly number[]
  /** Values of the specification, by their path. */
  readonly options: ReadonlyMap<string, string>
  /** Records of the machines that worked on it, the first one first. */
  readonly environments: readonly MachineEnvironment[]
}

/**
 * Reads a comparison that is to be merged with others.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND, or COMPARISONS_NOT_MERGEABLE when it has not come to its end, or isn't what was
 * written.
 */
export async function readPart(comparisonDirectory: string): Promise<Part> {
  const recorded = await requireComparison(comparisonDirectory)
  const { name, path: folder, started } = recorded
  requireEnded(recorded)
  try {
    requireOwnFiles(folder)
    checkUnaltered(recorded)
    const environment = readEnvironment(folder)
    await checkUnchanged(recorded, environment)
    await requirePlannedRuns(recorded)
    const { earlier = [], ...last } = environment
    const environments = [...earlier, last]
    requireVersions(recorded, environments)
    return {
      recorded,
      name,
      shard: started.shard ?? null,
      seeds: [...new Set(started.runs.map(({ seed }) => seed))],
      options: new Map(listOptions(readRegular(path.join(folder, comparisonFiles.spec)))),
      environments,
    }
  } catch (error) {
    throw asUnmergeable(error)
  }
}

/**
 * Refuses a part that isn't what it was when it was read: another process has gone on with it while it was copied.
 *
 * @throws TwintuneError COMPARISONS_NOT_MERGEABLE.
 */
export async function requireSamePart({ recorded }: Part): Promise<void> {
  const now = await readPart(recorded.path)
  if (isDeepStrictEqual(now.recorded.comparison, recorded.comparison)) return
  throw unmergeable(
    `${recorded.name} was gone on with while it was copied: it has other results now.`,
    'Merge again, while nothing is at work in the folders.',
  )
}

/** Turns the refusal to go on with a comparison into one to merge it. Any other error comes back as it is. */
export function asUnmergeable(error: unknown): unknown {
  if (!(error instanceof TwintuneError) || error.failure.code !== 'COMPARISON_NOT_RESUMABLE') return error
  return new TwintuneError({ ...error.failure, code: 'COMPARISONS_NOT_MERGEABLE' })
}

function requireEnded({ name, path: folder, status }: RecordedComparison): void {
  // Whatever can't be read is refused as such: nobody could go on with it.
  if (status === 'finished' || status === 'failed' || status === 'unreadable') return
  throw unmergeable(
    `${name} is ${status}: its runs have not all come to an end.`,
    status === 'running'
      ? 'Wait for its end.'
      : `Go on with it, on the machine that it began on: twintune resume ${shellQuote(folder)}`,
  )
}

/** Refuses a part whose runs aren't those that its specification plans for it: seeds could be chosen by their results. */
async function requirePlannedRuns({ name, path: folder, started, comparison, results }: RecordedComparison) {
  const experiment = await loadExperiment(path.join(folder, comparisonFiles.spec), { code: false })
  const { shard = null } = started
  const what = shard === null ? 'a whole comparison' : `shard ${formatShard(shard)}`
  const hint = `Put ${comparisonFiles.events} and ${comparisonFiles.spec} back as they were written, or carry it out again.`
  if (comparison !== null && !isDeepStrictEqual(comparison.shard, shard))
    throw unmergeable(`${name} begins as ${what}, and its result is of another share of the seeds.`, hint)
  const seeds = shard === null ? experiment.seeds : seedsOfShard(experiment.seeds, shard)
  const planned = planRuns({ ...experiment, seeds })
  for (const runs of [started.runs, results])
    if (runs.length !== planned.length || !planned.every((run) => runs.some((one) => isSameRun(one, run))))
      throw unmergeable(
        `${name} is ${what}, which its specification gives the seeds ${formatSeeds(seeds)}, and has other runs.`,
        hint,
      )
}

// Versions that nobody knows can't be told apart.
function requireVersions(
  { name, path: folder, started }: RecordedComparison,
  environments: readonly MachineEnvironment[],
): void {
  const unknown = started.runs.find(
    ({ framework }) =>
      !environments.some(({ frameworks }) => frameworks?.[framework]?.versions !== undefined),
  )
  if (unknown === undefined) return
  const framework = frameworkNames[unknown.framework]
  throw unmergeable(
    `${name} has no record of the versions of ${framework}: ${framework} never started there, or ${comparisonFiles.environment} is lost.`,
    `Put the file back, or go on with the comparison on its machine: twintune resume ${shellQuote(folder)}`,
  )
}

/** Makes the refusal to merge folders. */
export function unmergeable(message: string, hint: string): TwintuneError {
  return new TwintuneError({ code: 'COMPARISONS_NOT_MERGEABLE', message, hint })
}
