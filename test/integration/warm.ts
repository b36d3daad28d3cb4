import path from 'node:path'
import {
  defineExperiment,
  type Event,
  type ExperimentInput,
  type RunOptions,
  runExperiment,
} from '../../src/index.js'
import { WarmWorkers } from '../../src/run/workers/warm-workers.js'
import { python } from './rig.js'

process.env.TWINTUNE_PYTHON = python

/**
 * Pythons that have their frameworks imported. vitest.config.ts has all files of this folder share one process, so
 * that most tests wait for no import; they end with that process.
 */
const workers = WarmWorkers.none()

/** Carries an experiment out in warm Pythons and returns all of its events; the cache and the runs lie in a folder. */
export async function compareWarm(
  experiment: ExperimentInput,
  folder: string,
  options: RunOptions = {},
): Promise<Event[]> {
  const events: Event[] = []
  // The workers were started for another test; the cache is named in each request.
  process.env.TWINTUNE_CACHE_DIR = path.join(folder, 'cache')
  const happening = runExperiment(defineExperiment(experiment), {
    workers,
    // Each framework judges the other's runs for seconds, which few tests are about.
    replay: 'none',
    crossEvaluation: false,
    runsDirectory: path.join(folder, 'runs'),
    ...options,
  })
  for await (const event of happening) events.push(event)
  return events
}
