import { existsSync } from 'node:fs'
import path from 'node:path'
import { TwintuneError } from '../failure.js'
import { expandShorthands } from '../plan/expand-shorthands.js'
import { shellQuote } from '../shell-quote.js'
import { loadExperiment } from '../spec/load.js'
import { version } from '../version.js'
import type { Undertaking } from './carry-out-runs.js'
import { findAltered } from './folder/altered.js'
import type { ComparisonFolder } from './folder/comparison-folder.js'
import { type Environment, readEnvironment, whatStays } from './folder/environment-file.js'
import { comparisonFiles } from './folder/files.js'
import { type RecordedComparison, readComparison } from './folder/read.js'
import { differingParts, hashSpecification } from './folder/specification.js'
import { checkInputFiles } from './input-files.js'
import { recordMachine } from './machine/record.js'
import type { MachineSurroundings } from './machine/surroundings.js'

// What resuming a comparison and extending it have in common: both go on in a folder that an earlier process has left.

/**
 * Reads the comparison in a folder.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND when the folder holds none.
 */
export async function requireComparison(comparisonDirectory: string): Promise<RecordedComparison> {
  const recorded = await readComparison(comparisonDirectory)
  if (recorded) return recorded
  throw new TwintuneError({
    code: 'COMPARISON_NOT_FOUND',
    message: `${comparisonDirectory} holds no comparison.`,
    hint: 'Give the path of its folder, such as runs/NAME.',
  })
}

/** Refuses a comparison whose result another version wrote, or with results that aren't those that were written. */
export function checkUnaltered(found: RecordedComparison): void {
  if (found.status === 'unreadable')
    throw new TwintuneError({
      code: 'COMPARISON_NOT_RESUMABLE',
      message: `${path.join(found.path, comparisonFiles.comparison)} can't be read by this version of twintune, and would be overwritten.`,
      hint: `${comparisonFiles.environment} names the version that wrote it. Move the file away to have it made anew from the results of the runs.`,
    })
  const [file] = findAltered(found)
  if (file === undefined) return
  throw new TwintuneError({
    code: 'COMPARISON_NOT_RESUMABLE',
    message: `${path.join(found.path, file)} is not what was written, or ${comparisonFiles.events} isn't: they have other results.`,
    hint:
      file === comparisonFiles.comparison
        ? 'Delete the file: twintune resume makes it anew from the results of the runs.'
        : 'Delete the file: twintune resume then carries the run out again.',
  })
}

/**
 * Refuses a comparison that another version of twintune began, or whose spec.yaml was changed since.
 *
 * @throws TwintuneError COMPARISON_NOT_RESUMABLE.
 */
export async function checkUnchanged(
  { name, path: folder, extended }: RecordedComparison,
  { twintune, specification, specificationParts }: Environment,
): Promise<void> {
  if (twintune !== undefined && twintune !== version) {
    throw new TwintuneError({
      code: 'COMPARISON_NOT_RESUMABLE',
      message: `${name} was begun by twintune ${twintune}, and this is ${version}: its results would not be comparable.`,
      hint: `Go on with it in twintune ${twintune}, or start a new comparison with twintune compare.`,
    })
  }
  if (!existsSync(path.join(folder, comparisonFiles.spec))) {
    throw new TwintuneError({
      code: 'COMPARISON_NOT_RESUMABLE',
      message: `${name} has lost its ${comparisonFiles.spec}, which says what it compares.`,
      hint: 'Put it back, or start a new comparison.',
    })
  }
  const now = await hashSpecification(folder)
  // A process that was killed while it added seeds has left the one hash or the other behind.
  const known = [specification, ...(extended ? [extended.specification] : [])]
  if (specification === undefined || known.includes(now.specification)) return
  const parts = differingParts(specificationParts ?? {}, now.specificationParts)
  const named = specificationParts === undefined || parts.length === 0 ? '' : ` (${parts.join(', ')})`
  throw new TwintuneError({
    code: 'COMPARISON_NOT_RESUMABLE',
    message: `The spec.yaml of ${name} was changed since the comparison began${named}.`,
    hint: `Put it back, or start a new comparison: twintune compare ${shellQuote(path.join(folder, comparisonFiles.spec))}`,
  })
}

/**
 * Takes up what an earlier process has left in a comparison's folder.
 *
 * @throws TwintuneError COMPARISON_NOT_RESUMABLE when it was begun by another version, or its spec.yaml was changed;
 * SpecError when spec.yaml is wrong.
 */
export async function takeUp(
  recorded: RecordedComparison,
  folder: ComparisonFolder,
  surroundings: MachineSurroundings,
): Promise<Undertaking> {
  const before = readEnvironment(recorded.path)
  await checkUnchanged(recorded, before)
  // A process that was killed while it added seeds may not have come to write them there.
  if (recorded.extended) folder.writeSeeds(recorded.extended.seeds)
  const experiment = expandShorthands(await loadExperiment(path.join(recorded.path, comparisonFiles.spec)))
  checkInputFiles(experiment)
  const machine = { ...(await recordMachine(await hashSpecification(recorded.path))), ...whatStays(before) }
  const kept = recorded.results.filter(({ status }) => status === 'finished')
  const { looks, merged, started } = recorded
  return { experiment, folder, machine, surroundings, kept, looks, shard: started.shard ?? null, merged }
}
