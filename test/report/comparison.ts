import { readFileSync } from 'node:fs'
import type { Comparison } from '../../src/compare/comparison.js'
import type { MetricSummary } from '../../src/compare/summary.js'
import type { Failure } from '../../src/failure.js'
import type { Facts } from '../../src/protocol/facts.js'
import { type FinishedRun, finishedRunSchema, type UnfinishedRun } from '../../src/protocol/result.js'
import { unfinishedResult } from '../../src/run/carry-out-run.js'
import type { Framework } from '../../src/spec/schema.js'

// A small comparison as it comes out of two frameworks and two seeds, and its variations.

const recorded = finishedRunSchema.parse(
  JSON.parse(readFileSync(new URL('../fixtures/protocol/run.result.json', import.meta.url), 'utf8')),
)

/** A finished run: the one of the protocol's fixtures with figures of its own; whatever is given replaces these. */
export function finishedRun(
  framework: Framework,
  seed: number,
  changes: Partial<FinishedRun> = {},
): FinishedRun {
  const first = seed === 0
  const tensorflow = framework === 'tensorflow'
  return {
    ...recorded,
    framework,
    seed,
    test: {
      accuracy: (tensorflow ? 0.861 : 0.858) - 0.004 * seed,
      topFiveAccuracy: 0.991 - 0.002 * seed,
      macroF1: (tensorflow ? 0.8598 : 0.8569) - 0.004 * seed,
      loss: (tensorflow ? 0.4102 : 0.4117) + 0.003 * seed,
      calibrationError: (tensorflow ? 0.0213 : 0.0219) + 0.001 * seed,
    },
    firstStepLoss: tensorflow ? 2.31021 : 2.310213,
    pixelDigest: 'c1'.repeat(32),
    weightsDigest: 'd2'.repeat(32),
    modelDigest: 'd3'.repeat(32),
    seconds: {
      start: first ? 0.21 : 0,
      import: first ? (tensorflow ? 4.1 : 2.3) : 0,
      build: tensorflow ? 1.04 : 0.52,
      data: 0.31,
      features: tensorflow ? 7.7 : 8.4,
      firstStep: tensorflow ? 0.42 : 0.03,
      train: tensorflow ? 2.9 : 3.3,
      loader: tensorflow ? 0.3 : 0.4,
      validation: tensorflow ? 0.9 : 1.1,
      checkpoint: 0,
      evaluate: tensorflow ? 2.6 : 2.9,
    },
    imagesPerSecond: tensorflow ? 6310 : 5460,
    featureImagesPerSecond: tensorflow ? 312 : 286,
    peakMemoryBytes: (tensorflow ? 1530 : 948) * 2 ** 20,
    peakMemoryMethod: 'highest resident set (VmHWM)',
    othersCpuShare: 0.02,
    profile: [],
    epochs: [],
    classes: ['T-shirt', 'Trouser'],
    facts: facts(seed),
    ...changes,
  }
}

/** A run that didn't end well. */
export function failedRun(framework: Framework, seed: number, failure: Failure): UnfinishedRun {
  return unfinishedResult({ framework, seed }, failure)
}

/** Facts that two runs of a seed share in aligned mode; whatever is given replaces what stands here. */
export function facts(seed: number, changes: Partial<Facts> = {}): Facts {
  return {
    architecture: hash('a'),
    parameters: 11_000_000,
    weights: hash('b'),
    headInit: hash(`c${seed}`),
    split: hash('d'),
    testSet: hash('1'),
    augmentation: "Resize(size=97, interpolation='bilinear'); batches: not mixed",
    phases: [
      {
        input: 'features',
        features: 'computed',
        epochs: 2,
        steps: 8,
        skippedSteps: 0,
        stillSteps: 0,
        keptSteps: 0,
        weightsOf: 2,
        restored: null,
        validatedWeights: 'of the steps',
        finalWeights: 'of the steps',
        continuity: [{ at: 'at its start', changed: null }],
        featuresDifference: 1e-6,
      },
    ],
    images: [
      { trained: 32, distinct: 32, weight: 32, loss: null, right: null, validated: 8 },
      { trained: 32, distinct: 32, weight: 32, loss: null, right: null, validated: 8 },
    ],
    tested: 40,
    tolerances: { loss: 1e-5, features: 1e-4 },
    pixels: [hash(`e${seed}`), hash(`e${seed}1`)],
    batchOrder: [hash(`f${seed}`), hash(`f${seed}1`)],
    targets: [hash(`2${seed}`), hash(`2${seed}1`)],
    dropout: ['none', 'none'],
    loss: ['cross-entropy, label smoothing 0, class weights all 1'],
    optimizer: ['adam learningRate=0.001 epsilon=1e-08'],
    schedule: [hash('0'), hash('01')],
    replicas: ['1 replica in every step'],
    batchNorm: ['53 layers in inference, epsilon=1e-05, momentum=0.1'],
    precision: 'float32',
    device: 'cpu',
    deterministic: false,
    threads: '2 within and 2 between operations, on processors 0-1',
    ...changes,
  }
}

export const lossNotFinite: Failure = {
  code: 'LOSS_NOT_FINITE',
  message: 'The loss became NaN at step 41 of epoch 2.',
  hint: 'Lower training.phases[0].optimizer.learningRate.',
  cause: null,
}

export const cancelledFailure: Failure = { code: 'CANCELLED', message: 'Cancelled.', hint: null, cause: null }

/** Two frameworks, two seeds, aligned; whatever is given replaces what stands here. */
export function comparison(changes: Partial<Comparison> = {}): Comparison {
  const reason = '2 pairs; a winner needs at least six.'
  const two = {
    level: 0.5,
    pValue: 0.5,
    adjustedPValue: 1,
    pairs: 2,
    moreSeeds: { difference: 6, equivalence: null },
    verdict: null,
    reason: null,
  }
  const undecided = {
    ...two,
    adjustedPValue: null,
    moreSeeds: { difference: 4, equivalence: 3 },
    verdict: 'inconclusive' as const,
    reason,
  }
  return {
    schemaVersion: 1,
    experiment: 'fashion-frozen',
    mode: 'aligned',
    status: 'finished',
    runs: [
      finishedRun('tensorflow', 0),
      finishedRun('pytorch', 0),
      finishedRun('pytorch', 1),
      finishedRun('tensorflow', 1),
    ],
    repeats: [],
    unjudged: [],
    shard: null,
    merged: null,
    looks: [{ seeds: [0, 1], pairs: 2, significance: 0.05, equivalence: 0.05 }],
    contract: [
      ...[
        'weights',
        'architecture',
        'split',
        'augmentation',
        'pixels',
        'batch order',
        'head init',
        'optimizer',
        'schedule',
      ].map((ingredient) => ({
        ingredient,
        state: 'identical' as const,
        evidence: 'sha256 0f3a9c1d22be in all 2 seeds',
      })),
      {
        ingredient: 'device',
        state: 'equivalent',
        evidence: 'tensorflow: /device:CPU:0; pytorch: cpu (seed 0)',
      },
      {
        ingredient: 'threads',
        state: 'different',
        evidence:
          'tensorflow: 2 within and 2 between operations, on processors 0-1; pytorch: 2 within and 1 between operations, on processors 0-1 (seed 0)',
      },
    ],
    judgements: [],
    vary: ['init', 'order', 'augmentation'],
    primaryMetric: 'accuracy',
    metrics: {
      accuracy: {
        tensorflow: summary(0.859, 0.0028),
        pytorch: summary(0.856, 0.0028),
        difference: { mean: 0.003, interval: [0.0025, 0.0035], ...undecided },
      },
      topFiveAccuracy: {
        tensorflow: summary(0.99, 0.0014),
        pytorch: summary(0.99, 0.0014),
        difference: {
          ...two,
          mean: 0,
          interval: [0, 0],
          pValue: 1,
          moreSeeds: { difference: null, equivalence: null },
        },
      },
      macroF1: {
        tensorflow: summary(0.8578, 0.0028),
        pytorch: summary(0.8549, 0.0028),
        difference: { mean: 0.0029, interval: [0.0029, 0.0029], ...two },
      },
      loss: {
        tensorflow: summary(0.4117, 0.0021),
        pytorch: summary(0.4132, 0.0021),
        difference: { mean: -0.0015, interval: [-0.0015, -0.0015], ...two },
      },
      calibrationError: {
        tensorflow: summary(0.0218, 0.0007),
        pytorch: summary(0.0224, 0.0007),
        difference: { mean: -0.0006, interval: [-0.0006, -0.0006], ...two },
      },
    },
    throughput: {
      tensorflow: { mean: 6310, std: 0, min: 6310, median: 6310, max: 6310 },
      pytorch: { mean: 5460, std: 0, min: 5460, median: 5460, max: 5460 },
      ratio: { mean: 6310 / 5460, interval: [1.12, 1.19], level: 0.5, pValue: 0.5, pairs: 2 },
    },
    disagreement: [
      {
        seed: 0,
        images: 1000,
        different: 41,
        bothRight: 847,
        onlyTensorflowRight: 14,
        onlyPytorchRight: 11,
        bothWrong: 128,
        pValue: 0.6900383234024048,
      },
      {
        seed: 1,
        images: 1000,
        different: 39,
        bothRight: 843,
        onlyTensorflowRight: 14,
        onlyPytorchRight: 11,
        bothWrong: 132,
        pValue: 0.6900383234024048,
      },
    ],
    noise: null,
    ...changes,
  }
}

/** As `train` leaves it: one framework, so nothing to compare. */
export function trainingOnly(): Comparison {
  const { runs, metrics, throughput } = comparison()
  return comparison({
    runs: runs.filter((run) => run.framework === 'pytorch'),
    contract: [],
    disagreement: [],
    metrics: metricsWithout(metrics, 'tensorflow', 'difference'),
    throughput: { ...throughput, tensorflow: null, ratio: null },
  })
}

/** One run of each framework failed, so that one pair is left. */
export function withFailures(): Comparison {
  const { metrics, throughput } = comparison()
  return comparison({
    status: 'failed',
    runs: [
      finishedRun('tensorflow', 0),
      finishedRun('tensorflow', 1),
      failedRun('pytorch', 0, lossNotFinite),
      failedRun('pytorch', 1, lossNotFinite),
      failedRun('pytorch', 2, cancelledFailure),
    ],
    contract: [],
    disagreement: [],
    metrics: metricsWithout(metrics, 'pytorch', 'difference'),
    throughput: { ...throughput, pytorch: null, ratio: null },
  })
}

/** The same metrics without what no run stands for. */
export function metricsWithout(
  { accuracy, topFiveAccuracy, macroF1, loss, calibrationError }: Comparison['metrics'],
  ...absent: readonly ('tensorflow' | 'pytorch' | 'difference')[]
): Comparison['metrics'] {
  const nulls = Object.fromEntries(absent.map((part) => [part, null]))
  return {
    accuracy: { ...accuracy, ...nulls },
    topFiveAccuracy: { ...topFiveAccuracy, ...nulls },
    macroF1: { ...macroF1, ...nulls },
    loss: { ...loss, ...nulls },
    calibrationError: { ...calibrationError, ...nulls },
  }
}

function hash(start: string): string {
  return start.padEnd(64, '9')
}

function summary(mean: number, std: number): MetricSummary {
  return { mean, std, min: mean - std, median: mean, max: mean + std }
}
