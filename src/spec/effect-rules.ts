import { augmentationSchema } from './augmentation-schema.js'
import type { Path } from './path.js'
import {
  backboneOf,
  isIdiomatic,
  listAt,
  numberAt,
  phasePaths,
  type Rule,
  type Violation,
  violationIf,
} from './rule.js'
import { getWithDefaults as getIn } from './schema-walk.js'
import { phaseSchema } from './training-schema.js'

/** Rules on fields that the rest of the specification leaves without an effect: a user who sets one expects an effect. */
export const effectRules: readonly Rule[] = [
  dropoutHasUnits,
  viewsDiffer,
  ratesHaveBackbone,
  policyHasBatchNorm,
  splitHasShares,
  seedsDiffer,
]

function dropoutHasUnits(spec: unknown): Violation[] {
  const path = ['model', 'head', 'dropout']
  const hidden = getIn(spec, ['model', 'head', 'hidden'])
  const isBroken = numberAt(spec, path) > 0 && Array.isArray(hidden) && hidden.length === 0
  return violationIf(isBroken, path, 'drops hidden units, and model.head.hidden has none')
}

function viewsDiffer(spec: unknown): Violation[] {
  const path = ['augmentation', 'views']
  const isBroken = getIn(spec, path) !== undefined && !isAugmented(spec)
  return violationIf(isBroken, path, 'no image is augmented: all views of an image would be the same')
}

function ratesHaveBackbone(spec: unknown): Violation[] {
  if (isIdiomatic(spec)) return []
  return phasePaths(spec).flatMap((phase) => {
    const trainsHeadAlone =
      getIn(spec, [...phase, 'trainable']) === 'head' && getIn(spec, [...phase, 'batchNorm']) !== 'train'
    return (['backboneLearningRateScale', 'layerwiseDecay'] as const).flatMap((field) => {
      const path: Path = [...phase, field]
      const isBroken =
        trainsHeadAlone &&
        phaseSchema.shape[field].safeParse(getIn(spec, path)).success &&
        getIn(spec, path) !== 1
      return violationIf(isBroken, path, 'is for the backbone, and the phase trains the head alone')
    })
  })
}

function policyHasBatchNorm(spec: unknown): Violation[] {
  const backbone = backboneOf(spec)
  if (isIdiomatic(spec) || backbone?.aligned === undefined || backbone.aligned.batchNorm !== undefined)
    return []
  return phasePaths(spec).flatMap((phase) => {
    const path = [...phase, 'batchNorm']
    const policy = getIn(spec, path)
    return violationIf(
      policy === 'adapt' || policy === 'train',
      path,
      `${backbone.name} has no BatchNorm layers: leave it out`,
    )
  })
}

function splitHasShares(spec: unknown): Violation[] {
  const path = ['comparison', 'vary']
  const index = listAt(spec, path).indexOf('split')
  const isGiven = (name: string) =>
    [name, `${name}Split`].some((field) => getIn(spec, ['dataset', field]) !== undefined)
  const isBroken =
    index >= 0 &&
    isGiven('test') &&
    (isGiven('validation') || numberAt(spec, ['dataset', 'validationFraction']) === 0)
  return violationIf(isBroken, [...path, index], 'no image is set apart: validation and test are as given')
}

// Runs that are the same can't be counted as several pairs: six of them would make a winner of a single difference.
function seedsDiffer(spec: unknown): Violation[] {
  const path = ['comparison', 'vary']
  const vary = listAt(spec, path)
  const isBroken =
    vary.length > 0 && vary.every((purpose) => purpose === 'augmentation') && !isAugmented(spec)
  return violationIf(isBroken, path, 'no image is augmented: the runs of all seeds would be the same')
}

function isAugmented(spec: unknown): boolean {
  const { views: _, ...changes } = augmentationSchema.shape
  const plain: Readonly<Record<string, unknown>> = augmentationSchema.parse({})
  return Object.keys(changes).some((field) => getIn(spec, ['augmentation', field]) !== plain[field])
}
