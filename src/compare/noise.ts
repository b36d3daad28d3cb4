import * as z from 'zod'
import { factsSchema } from '../protocol/facts.js'
import type { RunResult } from '../protocol/result.js'
import type { Framework } from '../spec/schema.js'
import type { Disagreement } from './disagreement.js'
import { type ReadValue, valuesOfPairs } from './paired-values.js'
import { type Pair, pairsOfFrameworks, pairsWithRepeats, workOf } from './pairs.js'
import { mean } from './summary.js'

export const distanceSchema = z.strictObject({
  mean: z.number().describe('Mean of the absolute differences between the two runs of each pair.'),
  largest: z.number(),
  pairs: z.int(),
})

export const noiseRowSchema = z
  .strictObject({
    tensorflow: distanceSchema.nullable(),
    pytorch: distanceSchema.nullable(),
    between: distanceSchema.nullable(),
  })
  .describe(
    'Distance between two runs of one framework and seed, and between the two frameworks with one seed; null where there is no pair.',
  )

export const noiseSchema = z.strictObject({
  accuracy: noiseRowSchema,
  topFiveAccuracy: noiseRowSchema,
  macroF1: noiseRowSchema,
  loss: noiseRowSchema,
  calibrationError: noiseRowSchema,
  firstStepLoss: noiseRowSchema,
  differentImages: noiseRowSchema.describe('Test images that the two models take for different classes.'),
  sameModel: z
    .strictObject({ tensorflow: z.boolean().nullable(), pytorch: z.boolean().nullable() })
    .describe(
      'Whether each run and its repeat ended with the same tensors, bit for bit; null without a pair.',
    ),
  unlike: z
    .strictObject({ tensorflow: z.array(z.string()), pytorch: z.array(z.string()) })
    .describe(
      'Names of the facts in which some run and its repeat differ, so that the distance between the two may be more than floating point.',
    ),
})

/** Noise of floating-point arithmetic: how far a framework lies from itself, beside how far the two lie from each other. */
export type Noise = z.output<typeof noiseSchema>
/** Name of a figure that noise is measured of. */
export type NoiseFigure = Exclude<keyof Noise, 'sameModel' | 'unlike'>
/** Noise of one figure. */
export type NoiseRow = z.output<typeof noiseRowSchema>
/** Distance between the two runs of a pair, over all pairs. */
export type Distance = z.output<typeof distanceSchema>

/** Number of test images that the two runs of a framework and seed take for different classes. */
export interface DifferentImages {
  readonly framework: Framework
  readonly seed: number
  readonly different: number
}

/** Evidence that noise is computed from: the runs with their repeats, and the images that their models answer differently. */
export interface NoiseEvidence {
  readonly results: readonly RunResult[]
  readonly within: readonly DifferentImages[]
  readonly between: readonly Disagreement[]
}

/** Computes the noise of every figure. */
export function noiseFloor({ results, within, between }: NoiseEvidence): Noise {
  const pairs = {
    tensorflow: pairsWithRepeats('tensorflow', results),
    pytorch: pairsWithRepeats('pytorch', results),
    between: pairsOfFrameworks(results),
  }
  const row = (figure: ReadValue): NoiseRow => ({
    tensorflow: distance(differences(pairs.tensorflow, figure)),
    pytorch: distance(differences(pairs.pytorch, figure)),
    between: distance(differences(pairs.between, figure)),
  })
  const countsOf = (framework: Framework) =>
    within.filter((of) => of.framework === framework).map(({ different }) => different)
  return {
    accuracy: row(({ test }) => test.accuracy),
    topFiveAccuracy: row(({ test }) => test.topFiveAccuracy),
    macroF1: row(({ test }) => test.macroF1),
    loss: row(({ test }) => test.loss),
    calibrationError: row(({ test }) => test.calibrationError),
    firstStepLoss: row(({ firstStepLoss }) => firstStepLoss),
    differentImages: {
      tensorflow: distance(countsOf('tensorflow')),
      pytorch: distance(countsOf('pytorch')),
      between: distance(between.map(({ different }) => different)),
    },
    sameModel: { tensorflow: endAlike(pairs.tensorflow), pytorch: endAlike(pairs.pytorch) },
    unlike: { tensorflow: unlikeFacts(pairs.tensorflow), pytorch: unlikeFacts(pairs.pytorch) },
  }
}

function endAlike(pairs: readonly Pair[]): boolean | null {
  return pairs.length === 0 ? null : pairs.every(([run, other]) => run.modelDigest === other.modelDigest)
}

// A resumed comparison may have gone on with other threads; noise itself may end a phase earlier.
function unlikeFacts(pairs: readonly Pair[]): string[] {
  return factsSchema
    .keyof()
    .options.filter((name) =>
      pairs.some(([run, other]) => JSON.stringify(workOf(run)[name]) !== JSON.stringify(workOf(other)[name])),
    )
}

function differences(pairs: readonly Pair[], figure: ReadValue): number[] {
  return valuesOfPairs(pairs, figure).map(([one, two]) => Math.abs(one - two))
}

function distance(values: readonly number[]): Distance | null {
  if (values.length === 0) return null
  return { mean: mean(values), largest: Math.max(...values), pairs: values.length }
}
