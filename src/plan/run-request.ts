import type { RunRequest } from '../protocol/request-parts.js'
import type { Experiment } from '../spec/schema.js'
import type { Phase } from '../spec/training-schema.js'
import { version } from '../version.js'
import { datasetRequest } from './dataset-request.js'
import type { Run } from './plan-runs.js'
import { runSeeds } from './run-seeds.js'

/** Surroundings of a run, which the specification doesn't hold. Paths are absolute. */
export interface RunSurroundings {
  /** Path of the run's own folder. */
  readonly runDirectory: string
  /** Training steps that are kept, so that the other framework can take them too. */
  readonly keepSteps: RunRequest['keepSteps']
  /** Whether the model and its answers to the test are written; they are where it is left out. */
  readonly keepModel?: RunRequest['keepModel']
  /** Numbers of images that a short run keeps; all are kept where it is left out. */
  readonly shorten?: RunRequest['shorten']
  /** Whether to go on from the run's last checkpoint. */
  readonly resume: boolean
  readonly cacheDirectory: string
  /** Whether features are taken from the cache, and kept there for other runs. */
  readonly featureCache: boolean
  /** Largest size of the feature cache, in bytes. */
  readonly featureCacheBytes: number
  /** Python interpreter that has PyTorch. */
  readonly torchPython: string
}

/** Settings of a run: all of its request that the specification decides. */
export type RunSettings = Omit<RunRequest, keyof RunSurroundings>

/**
 * Makes the request that tells Python of a run. It is complete, so that Python fills in no default.
 *
 * @param experiment - Experiment with its shorthands written out.
 */
export function runRequest(experiment: Experiment, run: Run, surroundings: RunSurroundings): RunRequest {
  return { ...runSettings(experiment, run), keepModel: true, shorten: null, ...surroundings }
}

/**
 * Completes the settings of a run.
 *
 * @param experiment - Experiment with its shorthands written out.
 */
export function runSettings(experiment: Experiment, run: Run): RunSettings {
  const { mode, augmentation, model, device, deterministic, profile } = experiment
  const { fineTune: _, ...training } = experiment.training
  return {
    twintune: version,
    framework: run.framework,
    seed: run.seed,
    seeds: runSeeds(experiment, run.seed),
    mode,
    dataset: datasetRequest(experiment),
    augmentation,
    model: { backbone: model.backbone, weights: weightsByKind(model.weights), head: model.head },
    training: {
      ...training,
      phases: mode === 'aligned' ? training.phases.map(withAlignedEpsilon) : training.phases,
    },
    device,
    deterministic,
    profile,
  }
}

// PyTorch's own epsilon; Keras has 1e-7. In idiomatic mode each keeps its own, hence no default in the schema.
const alignedEpsilon = 1e-8

function withAlignedEpsilon(phase: Phase): Phase {
  if (phase.optimizer.name === 'sgd') return phase
  return { ...phase, optimizer: { ...phase.optimizer, epsilon: phase.optimizer.epsilon ?? alignedEpsilon } }
}

/** Turns weights into the form that Python is told of them in. */
export function weightsByKind(weights: Experiment['model']['weights']): RunRequest['model']['weights'] {
  return typeof weights === 'string' ? { kind: weights } : { kind: 'file', path: weights.file }
}
