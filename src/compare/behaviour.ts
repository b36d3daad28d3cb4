import { frameworkNames } from '../framework-names.js'
import type { FinishedRun, RunResult } from '../protocol/result.js'
import type { Framework } from '../spec/schema.js'
import { crossEvaluationRow, exactReplayRows, firstStepsOf, replayRow } from './behaviour-of-judgements.js'
import type { ContractRow } from './comparison.js'
import type { Judgement } from './judgement.js'
import { type Pair, pairsOfFrameworks } from './pairs.js'
import { type Finding, rowOf } from './worst-finding.js'

/**
 * Rows that may differ though both frameworks did the same work: how long early stopping let them train, and what they
 * ran on.
 */
const conditions: readonly string[] = ['epochs', 'device', 'deterministic', 'threads']

/**
 * Draws up the rows of the contract that tell what the runs did, next to those that tell what they were given: read from
 * the steps themselves, or from the other framework's doing the same again. A difference within rounding is `equivalent`.
 *
 * In idiomatic mode, where each framework has a model of its own, nothing can be done again by the other.
 */
export function behaviourOf(
  mode: 'aligned' | 'idiomatic',
  results: readonly RunResult[],
  judgements: readonly Judgement[],
): ContractRow[] {
  const pairs = pairsOfFrameworks(results)
  if (pairs.length === 0) return []
  const told = [
    rowOf('first step', [
      ...pairs.flatMap((pair) => firstLoss(pair, judgements)),
      ...firstStepsOf(judgements),
    ]),
    rowOf('images', pairs.flatMap(images)),
  ]
  if (mode === 'idiomatic') return told
  return [
    ...told,
    rowOf('updates', pairs.flatMap(updates)),
    rowOf('features', pairs.flatMap(eachRun(features)), 'Every phase trained on pixels.'),
    rowOf('continuity', pairs.flatMap(eachRun(continuity))),
    replayRow(judgements, results),
    ...exactReplayRows(judgements),
    crossEvaluationRow(judgements, results),
  ]
}

/** Names the rows by which the two frameworks did different work; empty where they did the same. */
export function brokenRows(mode: 'aligned' | 'idiomatic', contract: readonly ContractRow[]): ContractRow[] {
  if (mode === 'idiomatic') return []
  return contract.filter(({ ingredient, state }) => state === 'different' && !conditions.includes(ingredient))
}

function firstLoss([tensorflow, pytorch]: Pair, judgements: readonly Judgement[]): Finding[] {
  const values = [tensorflow.firstStepLoss, pytorch.firstStepLoss] as const
  const share = tensorflow.facts.tolerances?.loss
  if (share === undefined) return []
  return [
    {
      seed: tensorflow.seed,
      difference: Math.abs(values[0] - values[1]),
      bound: Math.max(share * Math.max(1, Math.abs(values[1])), ...boundsOfFirstStep(judgements)),
      evidence: `loss of the first step: tensorflow ${values[0]}, pytorch ${values[1]}`,
    },
  ]
}

// The loss of a deep network with BatchNorm in training mode may move further by last places in the pixels.
function boundsOfFirstStep(judgements: readonly Judgement[]): number[] {
  return judgements
    .flatMap(({ steps }) => steps)
    .filter(({ phase, epoch, step }) => phase === 1 && epoch === 1 && step === 1)
    .map(({ lossBound }) => lossBound)
}

function images([tensorflow, pytorch]: Pair): Finding[] {
  const common = Math.min(tensorflow.facts.images.length, pytorch.facts.images.length)
  const epochs = Array.from({ length: common }, (_, index) => index)
  const ofEpochs = epochs.map((index): Finding => {
    const [ours, theirs] = [tensorflow.facts.images[index], pytorch.facts.images[index]]
    const isSame =
      ours?.trained === theirs?.trained &&
      ours?.distinct === theirs?.distinct &&
      ours?.validated === theirs?.validated
    const weights = [ours?.weight ?? 0, theirs?.weight ?? 0] as const
    return {
      seed: tensorflow.seed,
      difference: isSame ? Math.abs(weights[0] - weights[1]) : Number.POSITIVE_INFINITY,
      bound: weightTolerance * Math.abs(weights[1]),
      evidence: `epoch ${index + 1}: tensorflow ${describeImages(tensorflow, index)}; pytorch ${describeImages(pytorch, index)}`,
    }
  })
  const ofMetrics = [tensorflow, pytorch].flatMap(metricsOfEpochs)
  const [ours, theirs] = [tensorflow.facts.tested, pytorch.facts.tested]
  if (ours === null || theirs === null) return [...ofEpochs, ...ofMetrics]
  const test = {
    seed: tensorflow.seed,
    difference: ours === theirs ? 0 : Number.POSITIVE_INFINITY,
    bound: 0,
    evidence: `test: tensorflow ${ours} images, pytorch ${theirs}`,
  }
  return [...ofEpochs, ...ofMetrics, test]
}

// What the run reports of an epoch and what its steps returned are summed by different code.
function metricsOfEpochs({ framework, seed, epochs, facts }: FinishedRun): Finding[] {
  return epochs.flatMap(({ train }, index): Finding[] => {
    const { trained = 0, loss = null, right = null } = facts.images[index] ?? {}
    const where = `epoch ${index + 1} of ${nameOf(framework)}`
    const findings: Finding[] = []
    if (loss !== null && train.loss !== null) {
      const difference = Math.abs(train.loss - loss)
      const bound = weightTolerance * Math.max(1, Math.abs(loss))
      findings.push({
        seed,
        // One mean has the weights in double precision, the other one as the engine summed them: within that it is one.
        difference: difference <= bound ? 0 : difference,
        bound,
        evidence: `${where}: training loss ${train.loss}, and ${loss} by its steps`,
      })
    }
    if (right !== null && trained > 0) {
      findings.push({
        seed,
        difference: train.accuracy === right / trained ? 0 : Number.POSITIVE_INFINITY,
        bound: 0,
        evidence: `${where}: training accuracy ${train.accuracy}, where its steps answered ${right} of ${trained} images right`,
      })
    }
    return findings
  })
}

/** Share by which two sums of the same weights may differ in single precision. */
const weightTolerance = 1e-5

function describeImages({ facts }: FinishedRun, epoch: number): string {
  const { trained = 0, distinct = 0, weight = 0, validated = 0 } = facts.images[epoch] ?? {}
  return `${trained} images, ${distinct} of them distinct, of weight ${weight.toPrecision(6)}, ${validated} validated`
}

function updates([tensorflow, pytorch]: Pair): Finding[] {
  return tensorflow.facts.phases.flatMap((phase, index): Finding[] => {
    const other = pytorch.facts.phases[index]
    if (other === undefined) return []
    // A step that loss scaling skips leaves the head as it was, too.
    const [ours, theirs] = [phase, other].map(({ stillSteps, skippedSteps }) =>
      Math.max(0, stillSteps - skippedSteps),
    ) as [number, number]
    return [
      {
        seed: tensorflow.seed,
        difference: Math.abs(ours - theirs),
        // Updates so small that rounding loses some of them are lost at other steps in each framework, a few here or there.
        bound: Math.max(1, 2 * Math.min(ours, theirs), 0.005 * phase.steps),
        evidence: `phase ${index + 1}: the head stood still in ${phase.stillSteps} of ${phase.steps} steps of tensorflow, in ${other.stillSteps} of ${other.steps} of pytorch`,
      },
    ]
  })
}

function eachRun(find: (run: FinishedRun) => Finding[]): (pair: Pair) => Finding[] {
  return (pair) => pair.flatMap(find)
}

function features({ framework, seed, facts }: FinishedRun): Finding[] {
  return facts.phases.flatMap(({ featuresDifference }, index): Finding[] => {
    if (featuresDifference === null || facts.tolerances === null) return []
    const evidence = `phase ${index + 1}: ${nameOf(framework)}'s features differ by ${scientific(featuresDifference)} from a plain pass`
    return [{ seed, difference: featuresDifference, bound: facts.tolerances.features, evidence }]
  })
}

function continuity({ framework, seed, facts }: FinishedRun): Finding[] {
  return facts.phases.flatMap((phase, index): Finding[] =>
    phase.continuity.map(({ at, changed }) => ({
      seed,
      difference: changed === null ? 0 : Number.POSITIVE_INFINITY,
      bound: 0,
      evidence: `phase ${index + 1} of ${nameOf(framework)}, ${at}: ${changed === null ? 'all as it was left' : `${changed} has changed`}`,
    })),
  )
}

function nameOf(framework: Framework): string {
  return frameworkNames[framework]
}

function scientific(value: number): string {
  return value === 0 ? '0' : value.toExponential(1)
}
