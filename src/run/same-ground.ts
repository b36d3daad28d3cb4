import path from 'node:path'
import { TwintuneError } from '../failure.js'
import { frameworkNames } from '../framework-names.js'
import { datasetRequest } from '../plan/dataset-request.js'
import { runSeeds } from '../plan/run-seeds.js'
import { checkDataMessage } from '../protocol/check-data.js'
import type { Inspection } from '../protocol/inspect.js'
import type { FinishedRun } from '../protocol/result.js'
import type { Experiment, Framework } from '../spec/schema.js'
import type { Undertaking } from './carry-out-runs.js'
import type { Executor } from './executors/executor.js'
import type { ComparisonFolder } from './folder/comparison-folder.js'
import { type Environment, type Inspected, readEnvironment } from './folder/environment-file.js'
import { writableCache } from './machine/cache-directory.js'
import { openQuietPool } from './open-pool.js'
import type { WorkerPool } from './workers/pool.js'
import type { WarmWorkers } from './workers/warm-workers.js'

export interface SameGroundOptions {
  /** Workers that are asked, and that wait for the runs after it. */
  readonly workers: WarmWorkers
  readonly signal: AbortSignal
  readonly executor: Executor
}

/**
 * Refuses to add runs to a comparison on other ground than its finished runs had: other versions of the packages, other
 * devices, or other images. The pairs of one comparison must differ by their seed alone.
 *
 * @throws TwintuneError COMPARISON_NOT_RESUMABLE, which names what differs; or the failure of a framework or of the data.
 */
export async function requireSameGround(
  { experiment, folder, kept }: Pick<Undertaking, 'experiment' | 'folder' | 'kept'>,
  options: SameGroundOptions,
): Promise<void> {
  const environment = readEnvironment(folder.path)
  const pool = poolFor(experiment, folder, options)
  try {
    const inspected = new Set<Framework>()
    const inspect = async (framework: Framework): Promise<void> => {
      const worker = await pool.start(framework)
      if (worker === undefined) return
      pool.release(worker)
      requireSameVersions(framework, worker.inspection, environment)
      inspected.add(framework)
    }
    await Promise.all(experiment.frameworks.map(inspect))
    // Where there was no room for both at once, the one that waited gets the other's.
    for (const framework of experiment.frameworks) if (!inspected.has(framework)) await inspect(framework)
    const [finished] = (kept ?? []).filter((run) => run.status === 'finished')
    if (finished !== undefined) await requireSameData(finished, experiment, folder, pool)
  } finally {
    await pool.stop()
  }
}

/**
 * Refuses finished runs of a comparison that weren't trained on the images that its specification leads to on this machine.
 *
 * @throws TwintuneError COMPARISON_NOT_RESUMABLE, which names the run; or the failure of a framework or of the data.
 */
export async function requireSameImages(
  { experiment, folder }: Pick<Undertaking, 'experiment' | 'folder'>,
  runs: readonly FinishedRun[],
  options: SameGroundOptions,
): Promise<void> {
  const pool = poolFor(experiment, folder, options)
  try {
    for (const run of runs) await requireSameData(run, experiment, folder, pool)
  } finally {
    await pool.stop()
  }
}

function poolFor(
  { mode }: Experiment,
  folder: ComparisonFolder,
  { workers, signal, executor }: SameGroundOptions,
): WorkerPool {
  return openQuietPool({
    mode,
    logFileOf: (framework, number) => folder.logFileOf(framework, number),
    ...{ workers, signal, executor },
  })
}

function requireSameVersions(framework: Framework, now: Inspection, environment: Environment): void {
  const parts = [environment, ...(environment.earlier ?? [])]
  const differing = parts.flatMap(({ frameworks }) => differencesOf(frameworks?.[framework] ?? {}, now))
  if (differing.length === 0) return
  throw new TwintuneError({
    code: 'COMPARISON_NOT_RESUMABLE',
    message: `The finished runs had other versions or devices in ${frameworkNames[framework]}: ${[...new Set(differing)].join(', ')}.`,
    hint: 'Install the versions that they had (environment.json names them all), or start a new comparison.',
  })
}

function differencesOf(before: Inspected, now: Inspection): string[] {
  const { python, versions = {}, devices, gpuSupport } = before
  return [
    ...difference('Python', python, now.python),
    ...Object.entries(versions).flatMap(([name, version]) => difference(name, version, now.versions[name])),
    ...difference('devices', devices?.join(' '), now.devices.join(' ')),
    ...difference('GPU libraries', gpuSupport, now.gpuSupport),
  ]
}

// What was not recorded is not known to differ.
function difference(name: string, before: string | undefined, now: string | undefined): string[] {
  return before === undefined || before === now ? [] : [`${name} ${before} (now ${now ?? 'missing'})`]
}

async function requireSameData(
  run: FinishedRun,
  experiment: Experiment,
  folder: ComparisonFolder,
  pool: WorkerPool,
): Promise<void> {
  const { framework, seed, facts } = run
  const predictions = folder.predictionsOf(run)
  const { problem } = await pool.ask(checkDataMessage, {
    dataset: datasetRequest(experiment),
    splitSeed: runSeeds(experiment, seed).split,
    cacheDirectory: writableCache().folder,
    predictions,
    membership: facts.split,
  })
  if (problem === null) return
  const name = `${frameworkNames[framework]} seed ${seed}`
  throw new TwintuneError({
    code: 'COMPARISON_NOT_RESUMABLE',
    message: `The images are not those that ${name} was trained and tested on. ${problem}`,
    hint: `Put the images back as they were, or start a new comparison. ${path.basename(predictions)} has the answers for the images of its time.`,
  })
}
