import path from 'node:path'
import type { z } from 'zod'
import type { Answers } from '../compare/complete-comparison.js'
import { disagreementOf, type SeedDisagreement } from '../compare/disagreement.js'
import type { DifferentImages } from '../compare/noise.js'
import { type Pair, pairsOfFrameworks, pairsWithRepeats } from '../compare/pairs.js'
import { TwintuneError, toFailure } from '../failure.js'
import { frameworkNames } from '../framework-names.js'
import { datasetRequest } from '../plan/dataset-request.js'
import { runSeeds } from '../plan/run-seeds.js'
import { comparePredictionsMessage } from '../protocol/compare-predictions.js'
import type { RunResult } from '../protocol/result.js'
import type { Experiment } from '../spec/schema.js'
import type { ComparisonFolder } from './folder/comparison-folder.js'
import { comparisonFiles } from './folder/files.js'
import { writableCache } from './machine/cache-directory.js'
import type { WorkerPool } from './workers/pool.js'

type PredictionCounts = z.output<typeof comparePredictionsMessage.result>

/** Number of images of each seed that get a thumbnail: those that both models are most certain of. */
const thumbnailsShown = 24

/**
 * Compares the answers of each seed's models: those of the two frameworks, and those of a run and its repeat. A pair that
 * can't be compared costs nothing else. Once the user has cancelled, nothing more is found.
 */
export async function compareAnswers(
  experiment: Experiment,
  results: readonly RunResult[],
  { folder, pool }: { readonly folder: ComparisonFolder; readonly pool: WorkerPool },
): Promise<Answers> {
  const between: SeedDisagreement[] = []
  const within: DifferentImages[] = []
  const problems: Answers['problems'][number][] = []

  for (const pair of pairsOfFrameworks(results)) {
    const [{ seed }] = pair
    const thumbnails = comparisonFiles.thumbnailsOf(seed)
    await attempt(seed, `The test of seed ${seed}`, async () => {
      const found = await ask(pair, listing(pair, path.join(folder.path, thumbnails)))
      checkAccuracies(pair, found)
      between.push(disagreementOf(seed, thumbnails, found))
      if (found.problem !== null)
        problems.push({ seed, code: 'DISAGREEMENT', message: noImages(found.problem) })
    })
  }
  for (const framework of experiment.frameworks) {
    for (const pair of pairsWithRepeats(framework, results)) {
      const [{ seed }] = pair
      const what = `The test of ${frameworkNames[framework]} seed ${seed} and of its repeat`
      await attempt(seed, what, async () => {
        within.push({ framework, seed, different: (await ask(pair, null)).different })
      })
    }
  }
  return { between, within, problems }

  function ask([first, second]: Pair, listed: ReturnType<typeof listing> | null) {
    checkSameTest(first.facts.split, second.facts.split)
    return pool.ask(comparePredictionsMessage, {
      first: folder.predictionsOf(first),
      second: folder.predictionsOf(second),
      listing: listed,
    })
  }

  function listing([{ seed, classes, facts }]: Pair, thumbnails: string) {
    return {
      classes,
      dataset: datasetRequest(experiment),
      splitSeed: runSeeds(experiment, seed).split,
      cacheDirectory: writableCache().folder,
      membership: facts.split,
      folder: thumbnails,
      thumbnails: thumbnailsShown,
    }
  }

  async function attempt(seed: number, what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      const { code, message } = toFailure(error)
      if (code !== 'CANCELLED') problems.push({ seed, code, message: `${what}: ${message}` })
    }
  }
}

function checkSameTest(first: string, second: string): void {
  if (first === second) return
  throw new TwintuneError({
    code: 'PREDICTIONS_UNUSABLE',
    message: 'The answers of two runs can not be compared: their data were split differently.',
  })
}

/** Refuses answers that give another accuracy than the run's test did: they are of another model, or of other images. */
function checkAccuracies(pair: Pair, { images, bothRight, ...only }: PredictionCounts): void {
  const right = [bothRight + only.onlyFirstRight, bothRight + only.onlySecondRight]
  for (const [index, run] of pair.entries()) {
    if (Math.round((run.test?.accuracy ?? Number.NaN) * images) === right[index]) continue
    throw new TwintuneError({
      code: 'PREDICTIONS_UNUSABLE',
      message: `The answers of ${frameworkNames[run.framework]} seed ${run.seed} are not those of its test: ${right[index]} of ${images} are right, and the test's accuracy is ${run.test?.accuracy}.`,
    })
  }
}

function noImages(problem: string): string {
  return `The images that the models disagree about can't be shown: ${problem}`
}
