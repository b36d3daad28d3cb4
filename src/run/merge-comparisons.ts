import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { Merged } from '../compare/merging.js'
import type { Event } from '../events.js'
import { expandShorthands } from '../plan/expand-shorthands.js'
import { planRuns } from '../plan/plan-runs.js'
import { loadExperiment } from '../spec/load.js'
import type { Experiment } from '../spec/schema.js'
import { type CarryOutRunsOptions, carryOutRuns, type Undertaking } from './carry-out-runs.js'
import { LocalExecutor } from './executors/local.js'
import { ComparisonFolder } from './folder/comparison-folder.js'
import { comparisonFiles } from './folder/files.js'
import { now } from './folder/journal.js'
import { hashSpecification } from './folder/specification.js'
import { recordMachine } from './machine/record.js'
import { machineSurroundings } from './machine/surroundings.js'
import { copyRuns, eventsOfRuns } from './merging/copy-runs.js'
import { type Fitting, finishedRunOf, fitParts, requireSameFacts } from './merging/fitting.js'
import { machineDifferences } from './merging/machine-differences.js'
import { asUnmergeable, type Part, readPart, requireSamePart } from './merging/part.js'
import { requireSameImages, type SameGroundOptions } from './same-ground.js'
import { WarmWorkers } from './workers/warm-workers.js'

export interface MergeOptions
  extends Pick<CarryOutRunsOptions, 'hangTimeoutMinutes' | 'workers' | 'startWorker'> {
  readonly runsDirectory: string
}

/**
 * Joins the runs of several folders in a new one, and compares all of them there. The folders stay as they are. Nothing is
 * trained; a run that no framework could judge is judged, and the answers of the models are compared anew.
 *
 * @param comparisonDirectories - Folders of all shards of a comparison, or of comparisons that differ by their seeds alone.
 * @throws TwintuneError COMPARISON_NOT_FOUND, or COMPARISONS_NOT_MERGEABLE, which names the folders and what doesn't fit.
 */
export async function mergeComparisons(
  comparisonDirectories: readonly string[],
  { runsDirectory, ...options }: MergeOptions,
  emit: (event: Event) => void,
  cancelSignal: AbortSignal,
): Promise<void> {
  const fitting = fitParts(await Promise.all(comparisonDirectories.map(readPart)))
  const experiment = await experimentOf(fitting)
  requireSameFacts(fitting.parts, experiment)
  const workers = options.workers ?? WarmWorkers.none()
  // The folders lie on this machine, where nothing is trained.
  const executor = new LocalExecutor({ parallel: 1, startWorker: options.startWorker })
  try {
    const asking = { workers, signal: cancelSignal, executor }
    const undertaking = await join(fitting, experiment, { runsDirectory, asking }, emit)
    await carryOutRuns(
      undertaking,
      { ...options, workers, executor, parallel: 1, evidence: fitting.evidence },
      emit,
      cancelSignal,
    )
  } finally {
    if (options.workers === undefined) await workers.stop()
    await executor.close()
  }
}

function firstOf({ parts: [first] }: Fitting): Part {
  if (first === undefined) throw new Error('Nothing is merged from no part.')
  return first
}

async function experimentOf(fitting: Fitting): Promise<Experiment> {
  const file = path.join(firstOf(fitting).recorded.path, comparisonFiles.spec)
  return { ...(await loadExperiment(file, { code: false })), seeds: [...fitting.seeds] }
}

/** Makes the merged comparison's folder, with all that its parts have found. */
async function join(
  fitting: Fitting,
  experiment: Experiment,
  { runsDirectory, asking }: { readonly runsDirectory: string; readonly asking: SameGroundOptions },
  emit: (event: Event) => void,
): Promise<Undertaking> {
  const folder = ComparisonFolder.create(runsDirectory, experiment)
  try {
    folder.markMerging()
    for (const part of fitting.parts) await copyRuns(part, folder.path, asking.signal)
    // A failed shard may be resumed meanwhile.
    for (const part of fitting.parts) await requireSamePart(part)
    // Runs of other splits read back nothing that could be compared: all are held against the images that lie here.
    if (experiment.comparison.vary.includes('split')) {
      const runs = fitting.parts.flatMap((part) => finishedRunOf(part) ?? [])
      await requireSameImages({ experiment, folder }, runs, asking)
    }
    const merged = {
      parts: fitting.parts.map(({ name, seeds, shard }) => ({ name, seeds: [...seeds], shard })),
      differences: machineDifferences(fitting.parts),
    }
    const machine = await machineOf(fitting, folder.path)
    folder.writeMachine(machine)
    const events = [...beginning(fitting, experiment, merged, folder.path)]
    // Only with these lines is the folder a comparison that can be resumed: the results and the machines lie there before. They are
    // written at once, so that no killed process leaves one that doesn't know the looks of its parts.
    folder.appendLines([events.map((event) => JSON.stringify(event)).join('\n')])
    for (const event of events) emit(event)
    for (const part of fitting.parts) folder.appendLines(eventsOfRuns(part))
    folder.unmarkMerging()
    return {
      experiment: expandShorthands(experiment),
      folder,
      machine,
      surroundings: machineSurroundings({ featureCache: true }),
      kept: fitting.parts.flatMap(({ recorded }) => recorded.results),
      looks: fitting.looks,
      shard: null,
      merged,
    }
  } catch (error) {
    folder.close()
    await rm(folder.path, { recursive: true, force: true })
    throw asUnmergeable(error)
  }
}

function* beginning(
  fitting: Fitting,
  experiment: Experiment,
  merged: Merged,
  comparisonDirectory: string,
): Generator<Event> {
  const { name, mode } = experiment
  const { evidence } = fitting
  const runs = planRuns(experiment)
  const place = { comparisonDirectory, experiment: name }
  yield { type: 'comparison-started', time: now(), ...place, mode, evidence, runs }
  yield { type: 'comparison-merged', time: now(), ...place, merged, looks: [...fitting.looks] }
  const properties = merged.differences.map(({ property }) => property)
  if (properties.length > 0)
    yield {
      type: 'warning',
      time: now(),
      code: 'MACHINES_DIFFER',
      message: `The parts were carried out on machines that differ: ${properties.join(', ')}. Pairs stay comparable, since both frameworks had one machine; times of other parts are not.`,
    }
}

async function machineOf({ parts }: Fitting, folder: string): Promise<Undertaking['machine']> {
  const environments = parts.flatMap(({ name, environments }) =>
    environments.map((each) => ({ part: name, ...each })),
  )
  const known = environments.find(({ dataset }) => dataset !== undefined)
  return {
    ...(await recordMachine(await hashSpecification(folder))),
    ...(known?.dataset !== undefined && { dataset: known.dataset }),
    ...(known?.weights !== undefined && { weights: known.weights }),
    earlier: environments,
  }
}
