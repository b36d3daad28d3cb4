import path from 'node:path'
import { disagreementOf, type SeedDisagreement } from '../compare/disagreement.js'
import { TwintuneError, toFailure } from '../failure.js'
import { datasetRequest } from '../plan/dataset-request.js'
import { runSeeds } from '../plan/run-seeds.js'
import { comparePredictionsMessage } from '../protocol/compare-predictions.js'
import type { FinishedRun, RunResult } from '../protocol/result.js'
import type { Experiment, Framework } from '../spec/schema.js'
import { cacheDirectory } from './cache-directory.js'
import type { RunFolder } from './run-folder.js'
import { runFolderFiles } from './run-folder-files.js'
import type { WorkerPool } from './worker-pool.js'

/** Of each seed; those that both models are most certain of. */
const thumbnailsShown = 24

/** What was found of some seeds, and what could not be found. */
export interface Disagreements {
  readonly seeds: readonly SeedDisagreement[]
  readonly problems: readonly { readonly seed: number; readonly code: string; readonly message: string }[]
}

/**
 * Compares, for each seed that both frameworks finished, what the two models answered in the test. What can't be had
 * of a seed is told and costs nothing else. Once the user has cancelled, nothing more is found.
 */
export async function findDisagreements(
  experiment: Experiment,
  results: readonly RunResult[],
  { folder, pool }: { readonly folder: RunFolder; readonly pool: WorkerPool },
): Promise<Disagreements> {
  const seeds: SeedDisagreement[] = []
  const problems: { seed: number; code: string; message: string }[] = []
  for (const pair of finishedPairs(results)) {
    const { seed } = pair.tensorflow
    const thumbnails = runFolderFiles.thumbnailsOf(seed)
    try {
      const found = await pool.ask(comparePredictionsMessage, {
        first: folder.predictionsOf(pair.tensorflow),
        second: folder.predictionsOf(pair.pytorch),
        listing: {
          classes: pair.tensorflow.classes,
          dataset: datasetRequest(experiment),
          splitSeed: runSeeds(experiment, seed).split,
          cacheDirectory: cacheDirectory(),
          membership: sharedSplit(pair),
          folder: path.join(folder.path, thumbnails),
          thumbnails: thumbnailsShown,
        },
      })
      seeds.push(disagreementOf(seed, thumbnails, found))
      if (found.problem !== null)
        problems.push({ seed, code: 'DISAGREEMENT', message: noImages(found.problem) })
    } catch (error) {
      const { code, message } = toFailure(error)
      if (code === 'CANCELLED') break
      problems.push({
        seed,
        code,
        message: `Where the models of seed ${seed} disagree is not known: ${message}`,
      })
    }
  }
  return { seeds, problems }
}

type Pair = Readonly<Record<Framework, FinishedRun>>

function finishedPairs(results: readonly RunResult[]): Pair[] {
  const finished = results.filter((result) => result.status === 'finished')
  return finished
    .filter(({ framework }) => framework === 'tensorflow')
    .flatMap((tensorflow) => {
      const pytorch = finished.find(
        ({ framework, seed }) => framework === 'pytorch' && seed === tensorflow.seed,
      )
      return pytorch ? [{ tensorflow, pytorch }] : []
    })
    .toSorted((a, b) => a.tensorflow.seed - b.tensorflow.seed)
}

function sharedSplit({ tensorflow, pytorch }: Pair): string {
  if (tensorflow.facts.split === pytorch.facts.split) return tensorflow.facts.split
  throw new TwintuneError({
    code: 'PREDICTIONS_UNUSABLE',
    message: 'The two frameworks were tested on different images.',
  })
}

function noImages(problem: string): string {
  return `The images that the models disagree about can't be shown: ${problem}`
}
