import path from 'node:path'
import { TwintuneError } from '../../failure.js'
import { frameworkNames } from '../../framework-names.js'
import type { FinishedRun, RunResult } from '../../protocol/result.js'
import { shellQuote } from '../../shell-quote.js'
import type { Experiment, Framework } from '../../spec/schema.js'
import { comparisonFiles } from '../folder/files.js'
import type { RecordedComparison } from '../folder/read.js'
import { isOwnFolder } from '../folder/regular-file.js'

/** Trained model of a run, as it lies in a comparison's folder. */
export interface FoundModel {
  readonly framework: Framework
  readonly seed: number
  readonly mode: Experiment['mode']
  /** Absolute path of the model's file. */
  readonly file: string
  /** Hash of the tensors that the run ended with. */
  readonly digest: string
}

/** Choice among a comparison's models. */
export interface WantedModel {
  readonly framework?: Framework | undefined
  /** Seed of the run; without it, the first seed that has finished in the frameworks that are wanted. */
  readonly seed?: number | undefined
}

/**
 * Finds the trained models of one seed in a comparison: that of a framework, or those of all frameworks that have finished
 * the seed.
 *
 * @throws TwintuneError MODEL_UNUSABLE when no such run has finished.
 */
export function findModels(
  comparison: RecordedComparison,
  { framework, seed }: WantedModel,
): readonly [FoundModel, ...FoundModel[]] {
  const finished = comparison.results.filter(
    (run): run is FinishedRun =>
      run.status === 'finished' && !run.repeat && (framework === undefined || run.framework === framework),
  )
  const wanted = seed ?? firstSeed(comparison, finished)
  const [first, ...others] = finished.filter((run) => run.seed === wanted)
  if (first === undefined) throw noSuchModel(comparison, { framework, seed }, finished)
  return [modelOf(comparison, first), ...others.map((run) => modelOf(comparison, run))]
}

/** The first seed of the comparison that all frameworks of the finished runs have finished, or else any of them. */
function firstSeed({ started }: RecordedComparison, finished: readonly RunResult[]): number | undefined {
  const seeds = started.runs.map(({ seed }) => seed)
  const frameworks = new Set(finished.map(({ framework }) => framework)).size
  const countOf = (seed: number): number => finished.filter((run) => run.seed === seed).length
  return seeds.find((seed) => countOf(seed) === frameworks) ?? seeds.find((seed) => countOf(seed) > 0)
}

function modelOf(comparison: RecordedComparison, run: FinishedRun): FoundModel {
  const { framework, seed } = run
  const folder = path.join(comparison.path, comparisonFiles.folderOf({ framework, seed }))
  const ofModel = path.join(folder, comparisonFiles.model)
  const file = path.join(ofModel, comparisonFiles.modelTensors)
  for (const each of [folder, ofModel])
    if (!isOwnFolder(each))
      throw new TwintuneError({
        code: 'MODEL_UNUSABLE',
        message: `There is no folder ${each}, which would hold the trained model.`,
        hint: 'Put the folder back, or choose another run with --framework or --seed.',
      })
  return { framework, seed, mode: comparison.started.mode, file, digest: run.modelDigest }
}

function noSuchModel(
  { name, path: folder }: RecordedComparison,
  { framework, seed }: WantedModel,
  finished: readonly RunResult[],
): TwintuneError {
  const ofFramework = framework === undefined ? '' : ` of ${frameworkNames[framework]}`
  const ofSeed = seed === undefined ? '' : ` with the seed ${seed}`
  const seeds = [...new Set(finished.map((run) => run.seed))]
  return new TwintuneError({
    code: 'MODEL_UNUSABLE',
    message: `The comparison ${name} has no finished run${ofFramework}${ofSeed}.`,
    hint:
      seeds.length > 0
        ? `Use one of the finished seeds: ${seeds.join(', ')}.`
        : `twintune show ${shellQuote(folder)} says what became of its runs.`,
  })
}
