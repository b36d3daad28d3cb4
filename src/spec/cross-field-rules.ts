import { isDeepStrictEqual } from 'node:util'
import { backbonesOf } from '../backbones.js'
import { augmentationSchema } from './augmentation-schema.js'
import { dataParallelRules } from './data-parallel-rules.js'
import { datasetRules } from './dataset-rules.js'
import { effectRules } from './effect-rules.js'
import type { Finding } from './explain.js'
import { nearest, nearestFew } from './nearest.js'
import { getIn as getRaw, isMapping, type Path } from './path.js'
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
import { sweepRules } from './sweep-rules.js'
import { phaseSchema } from './training-schema.js'

// A rule about one value is a refinement in that value's schema, as the order of a range's ends is. Rules that bind
// several fields are functions of the unchecked specification instead, because a specification's issues are reported all
// at once, and zod's refinements can't do that:
// - zod skips the refinement of a mapping while one of the mapping's fields is of a wrong kind. With `when` the refinement
//   runs then, but not while a number with a fraction stands where a whole one belongs, and most mappings have such a field.
// - What such a refinement gets is typed as if it were valid, and may be anything: `null` for a mapping makes it throw.
// - The training of a request is derived from `trainingSchema` by `omit`, which zod refuses for a mapping that has a
//   refinement.

/** Finds what breaks a rule that binds several fields. */
export function checkAcrossFields(spec: unknown): Finding[] {
  return rules
    .flatMap((rule) => rule(spec))
    .map(({ path, message, suggestion = null }) => ({ path, at: 'value', message, suggestion }))
}

const rules: readonly Rule[] = [
  listsEachOnce,
  backboneHasMode,
  idiomaticLeavesToFrameworks,
  backboneHasStages,
  imagesReachLastLayer,
  nesterovHasMomentum,
  warmupEndsBeforePhase,
  ...effectRules,
  ...datasetRules,
  ...dataParallelRules,
  fineTuneStandsAlone,
  viewsAreNotMixed,
  classesAreEvenedOnce,
  halfNeedsGpu,
  earlyStoppingHasValidation,
  cosineFalls,
  bestIsWanted,
  ...sweepRules,
]

function listsEachOnce(spec: unknown): Violation[] {
  return [['frameworks'], ['seeds'], ['comparison', 'vary']].flatMap((field) => {
    const seen = new Set<unknown>()
    return listAt(spec, field).flatMap((entry, index) => {
      if (seen.has(entry)) return [{ path: [...field, index], message: `${entry} is listed already` }]
      seen.add(entry)
      return []
    })
  })
}

function backboneHasMode(spec: unknown): Violation[] {
  const path = ['model', 'backbone']
  const mode = isIdiomatic(spec) ? 'idiomatic' : 'aligned'
  const backbone = backboneOf(spec)
  if (backbone === undefined || backbone[mode] !== undefined) return []
  const libraries = { aligned: 'keras-hub and timm', idiomatic: 'keras.applications and torchvision' }[mode]
  const near = nearestFew(backbone.name, backbonesOf(mode), 3).join(', ')
  const message = `${mode} mode needs a model of both ${libraries}, and ${backbone.name} is none; nearest: ${near} (\`twintune backbones\` lists them)`
  return [{ path, message }]
}

// Idiomatic mode takes each library's model and loop as they come; these need the parts that only aligned mode builds.
function idiomaticLeavesToFrameworks(spec: unknown): Violation[] {
  if (!isIdiomatic(spec)) return []
  const training: Path = ['training']
  const phaseFields = phasePaths(spec).flatMap((phase) => [
    ...changed(spec, phase, { batchNorm: 'inference', backboneLearningRateScale: 1, layerwiseDecay: 1 }),
    ...(isMapping(getIn(spec, [...phase, 'trainable'])) ? [[...phase, 'trainable']] : []),
    ...(getIn(spec, [...phase, 'optimizer', 'name']) === 'rmsprop' ? [[...phase, 'optimizer', 'name']] : []),
  ])
  const alignedOnly: Path[] = [
    ...(isMapping(getIn(spec, ['model', 'weights'])) ? [['model', 'weights']] : []),
    ...changed(spec, ['dataset'], { cacheDecoded: 'auto', resize: 'squash' }),
    ...changed(spec, ['augmentation'], noAugmentation),
    ...changed(spec, training, {
      precision: 'float32',
      sampler: 'shuffled',
      gradientAccumulation: 1,
      clipGradientNorm: undefined,
      labelSmoothing: 0,
      classWeights: 'none',
      ema: undefined,
      dataParallel: undefined,
      compile: false,
      fineTune: undefined,
    }),
    ...phaseFields,
  ]
  return alignedOnly.map((path) => ({
    path,
    message: 'is for aligned mode only: idiomatic mode leaves it to each framework',
  }))
}

// Parsing leaves out the fields that have no default, so that they are added here.
const noAugmentation: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(Object.keys(augmentationSchema.shape).map((field) => [field, undefined])),
  ...augmentationSchema.parse({}),
}

// The fields of a mapping that ask for something else than idiomatic mode has.
function changed(spec: unknown, parent: Path, plain: Readonly<Record<string, unknown>>): Path[] {
  return Object.entries(plain)
    .map(([key, value]) => ({ path: [...parent, key], value }))
    .filter(({ path, value }) => getIn(spec, path) !== value)
    .map(({ path }) => path)
}

function backboneHasStages(spec: unknown): Violation[] {
  const backbone = backboneOf(spec)
  if (backbone?.aligned === undefined || isIdiomatic(spec)) return []
  const stages = backbone.aligned.stages.map(({ name }) => name)
  return phasePaths(spec).flatMap((phase) => {
    const lastStages = [...phase, 'trainable', 'lastStages']
    const from = [...phase, 'trainable', 'from']
    const count = `${backbone.name} has ${stages.length} stages`
    return [
      ...violationIf(numberAt(spec, lastStages) > stages.length, lastStages, count),
      ...unknownName(getIn(spec, from), stages, from),
    ]
  })
}

// Keras' and torchvision's Inception pad nothing: of smaller images their last layers would get none at all.
const smallestImages: Readonly<Record<string, number>> = { inception_v3: 75 }

function imagesReachLastLayer(spec: unknown): Violation[] {
  const path = ['dataset', 'imageSize']
  const backbone = backboneOf(spec)
  const smallest = smallestImages[backbone?.name ?? ''] ?? 0
  const size = numberAt(spec, path)
  return violationIf(size < smallest, path, `${backbone?.name} needs at least ${smallest}, got ${size}`)
}

// Refuses a text that is none of the names. A value that isn't a text is for the schema to refuse.
function unknownName(given: unknown, names: readonly string[], path: Path): Violation[] {
  if (typeof given !== 'string' || names.includes(given)) return []
  const suggestion = nearest(given, names)
  const meant = suggestion === null ? '' : `; did you mean '${suggestion}'?`
  return [{ path, message: `expected one of ${names.join(', ')}, got '${given}'${meant}`, suggestion }]
}

function nesterovHasMomentum(spec: unknown): Violation[] {
  return phasePaths(spec).flatMap((phase) => {
    const optimizer = [...phase, 'optimizer']
    const isBare =
      getIn(spec, [...optimizer, 'nesterov']) === true && numberAt(spec, [...optimizer, 'momentum']) === 0
    return violationIf(isBare, [...optimizer, 'nesterov'], 'needs a momentum of more than 0')
  })
}

function warmupEndsBeforePhase(spec: unknown): Violation[] {
  return phasePaths(spec).flatMap((phase) => {
    const path = [...phase, 'schedule', 'warmupEpochs']
    const epochs = numberAt(spec, [...phase, 'epochs'])
    const warmup = numberAt(spec, path)
    const message = `must be less than the phase's epochs (${epochs}), got ${warmup}`
    return violationIf(warmup > 0 && warmup >= epochs, path, message)
  })
}

function fineTuneStandsAlone(spec: unknown): Violation[] {
  const path = ['training', 'fineTune']
  const phases = getRaw(spec, ['training', 'phases'])
  // A specification that has been checked before has its defaults in it.
  const areGiven = phases !== undefined && !isDeepStrictEqual(phases, [phaseSchema.parse({})])
  const isBroken = getIn(spec, path) !== undefined && areGiven
  return violationIf(isBroken, path, 'stands in place of training.phases: give one of the two')
}

// Views are there for features that are computed once; a mixed batch is another in every step.
function viewsAreNotMixed(spec: unknown): Violation[] {
  const path = ['augmentation', 'views']
  const mixing = ['mixup', 'cutmix'].filter((field) => numberAt(spec, ['augmentation', field]) > 0)
  const isBroken = getIn(spec, path) !== undefined && mixing.length > 0
  const message = `${mixing.join(' and ')} would mix the views anew in every step, so that none is fixed: leave one of the two out`
  return violationIf(isBroken, path, message)
}

// Weights against the classes' sizes would make the small classes count for more than the large ones.
function classesAreEvenedOnce(spec: unknown): Violation[] {
  const path = ['training', 'classWeights']
  const isBroken = getIn(spec, path) === 'balanced' && getIn(spec, ['training', 'sampler']) === 'balanced'
  const message =
    'weighs classes by their sizes, and training.sampler draws all of them equally often: leave one of the two out'
  return violationIf(isBroken, path, message)
}

function halfNeedsGpu(spec: unknown): Violation[] {
  const path = ['training', 'precision']
  const isBroken = getIn(spec, path) === 'float16' && getIn(spec, ['device']) === 'cpu'
  const message =
    'float16 needs a GPU: CPUs have no float16 arithmetic, and its range wants loss scaling; use bfloat16'
  return violationIf(isBroken, path, message)
}

function earlyStoppingHasValidation(spec: unknown): Violation[] {
  const path = ['training', 'earlyStopping']
  const sources = ['validation', 'validationSplit', 'splitColumn'].map((key) => ['dataset', key])
  // A folder may hold a folder of validation images, which only Python sees.
  const mayHaveImages =
    sources.some((source) => getIn(spec, source) !== undefined) ||
    getIn(spec, ['dataset', 'source']) === 'imagefolder'
  const isBroken =
    getIn(spec, path) !== undefined &&
    !mayHaveImages &&
    numberAt(spec, ['dataset', 'validationFraction']) === 0
  return violationIf(isBroken, path, 'needs validation images, and dataset.validationFraction is 0')
}

function cosineFalls(spec: unknown): Violation[] {
  return phasePaths(spec).flatMap((phase) => {
    const path = [...phase, 'schedule', 'finalLearningRate']
    const peak = numberAt(spec, [...phase, 'optimizer', 'learningRate'])
    const message = `must not be more than the optimizer's learningRate (${peak}), from which the cosine falls to it`
    return violationIf(numberAt(spec, path) > peak, path, message)
  })
}

function bestIsWanted(spec: unknown): Violation[] {
  const path = ['training', 'earlyStopping', 'mode']
  const monitor = getIn(spec, ['training', 'earlyStopping', 'monitor'])
  const worst = { loss: 'max', accuracy: 'min' }
  const isBroken = Object.entries(worst).some(
    ([name, mode]) => monitor === name && getIn(spec, path) === mode,
  )
  return violationIf(isBroken, path, `would keep the worst ${monitor}: leave it out`)
}
