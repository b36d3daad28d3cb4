import { readFileSync } from 'node:fs'
import path from 'node:path'
import { defaultEvidence } from '../compare/evidence.js'
import type { Event, EventOf } from '../events.js'
import { TwintuneError } from '../failure.js'
import { isSameRun, planRuns } from '../plan/plan-runs.js'
import type { Experiment } from '../spec/schema.js'
import { mostSeeds } from '../spec/seeds.js'
import { formatShard } from '../spec/shard.js'
import { carryOutRuns, type Undertaking } from './carry-out-runs.js'
import { withExecutor } from './executors/with-executor.js'
import { ComparisonFolder } from './folder/comparison-folder.js'
import { comparisonFiles } from './folder/files.js'
import { now } from './folder/journal.js'
import type { RecordedComparison } from './folder/read.js'
import { hashesOf, withSeeds } from './folder/specification.js'
import { machineSurroundings } from './machine/surroundings.js'
import { type ResumeExperimentOptions, resumeExperiment } from './resume-experiment.js'
import { requireSameGround } from './same-ground.js'
import { checkUnaltered, requireComparison, takeUp } from './taking-up.js'
import { checkKeptSteps } from './wanted-evidence.js'
import { WarmWorkers } from './workers/warm-workers.js'

export interface ExtendExperimentOptions extends ResumeExperimentOptions {
  /** Seeds that the comparison is to have beside its own. Those that it has already are passed over. */
  readonly seeds: readonly number[]
}

/**
 * Adds seeds to the comparison in a folder and carries out all of its runs that have no result: those of the added seeds,
 * and those that an interruption or a failure has left. Then compares all, as one more look at the result. A comparison that has
 * all of the seeds is only resumed.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND, COMPARISON_IN_USE, or COMPARISON_NOT_RESUMABLE, which names what isn't as it was
 * when the comparison began.
 */
export async function extendExperiment(
  comparisonDirectory: string,
  { seeds, ...options }: ExtendExperimentOptions,
  emit: (event: Event) => void,
  cancelSignal: AbortSignal,
): Promise<void> {
  const found = await requireComparison(comparisonDirectory)
  if (missingSeeds(found, seeds).length === 0)
    return resumeExperiment(comparisonDirectory, options, emit, cancelSignal)
  checkWhole(found)
  checkUnaltered(found)
  checkKeptSteps(found, options.evidence)
  await withExecutor(options, cancelSignal, async (executor) => {
    const folder = ComparisonFolder.reopen(found.path)
    const workers = options.workers ?? WarmWorkers.none()
    try {
      let undertaking: Undertaking
      try {
        // Only a reading under the lock holds.
        const recorded = await requireComparison(comparisonDirectory)
        const before = await takeUp(recorded, folder, machineSurroundings(options))
        await requireSameGround(before, { workers, signal: cancelSignal, executor })
        undertaking = addSeeds(before, missingSeeds(recorded, seeds), emit)
      } catch (error) {
        folder.close()
        throw error
      }
      const evidence = { ...defaultEvidence, ...found.started.evidence, ...options.evidence }
      await carryOutRuns(undertaking, { ...options, evidence, workers, executor }, emit, cancelSignal)
    } finally {
      if (options.workers === undefined) await workers.stop()
    }
  })
}

/** Lists the wanted seeds that a comparison doesn't have, each once. */
export function missingSeeds({ started }: RecordedComparison, seeds: readonly number[]): number[] {
  return [...new Set(seeds)].filter((seed) => !started.runs.some((run) => run.seed === seed))
}

// The event is what adds the seeds: once it is written, to resume the comparison is to carry them out. What a process that is
// killed just before or after it has not done is done then.
function addSeeds(before: Undertaking, added: readonly number[], emit: (event: Event) => void): Undertaking {
  const { folder, machine, looks } = before
  const experiment = { ...before.experiment, seeds: [...before.experiment.seeds, ...added] }
  checkCount(experiment)
  const text = readFileSync(path.join(folder.path, comparisonFiles.spec), 'utf8')
  const hashes = hashesOf(withSeeds(text, experiment.seeds))
  const event: EventOf<'comparison-extended'> = {
    type: 'comparison-extended',
    time: now(),
    comparisonDirectory: folder.path,
    experiment: experiment.name,
    seeds: experiment.seeds,
    runs: planRuns(experiment).filter(
      (run) => !planRuns(before.experiment).some((known) => isSameRun(known, run)),
    ),
    specification: hashes.specification,
    looks: [...looks],
  }
  folder.discardComparison()
  folder.append(event)
  emit(event)
  folder.writeSeeds(experiment.seeds)
  return { ...before, experiment, machine: { ...machine, ...hashes }, looks }
}

function checkWhole({ name, started: { shard } }: RecordedComparison): void {
  if (shard === undefined) return
  throw new TwintuneError({
    code: 'COMPARISON_NOT_RESUMABLE',
    message: `${name} is shard ${formatShard(shard)} of a comparison, whose seeds are divided already.`,
    hint: 'Merge the shards with twintune merge, and add seeds to what comes out.',
  })
}

function checkCount({ seeds }: Experiment): void {
  if (seeds.length <= mostSeeds) return
  throw new TwintuneError({
    code: 'SPEC_INVALID',
    message: `A comparison has at most ${mostSeeds} seeds, and would have ${seeds.length}.`,
    hint: 'Add fewer seeds, or start a new comparison.',
  })
}
