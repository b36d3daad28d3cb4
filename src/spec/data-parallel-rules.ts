import {
  backboneOf,
  isIdiomatic,
  numberAt,
  phasePaths,
  type Rule,
  type Violation,
  violationIf,
} from './rule.js'
import { getWithDefaults as getIn } from './schema-walk.js'

const dataParallel = ['training', 'dataParallel']

/** Rules on training that several devices share. */
export const dataParallelRules: readonly Rule[] = [
  batchesReachEachDevice,
  precisionIsWhole,
  stepsAreNotCompiled,
  stepsAreNotProfiled,
  synchronizedHasBatchNorm,
]

function batchesReachEachDevice(spec: unknown): Violation[] {
  const path = [...dataParallel, 'devices']
  const [devices, batchSize] = [numberAt(spec, path), numberAt(spec, ['training', 'batchSize'])]
  const message = `needs batches of at least as many images, and training.batchSize is ${batchSize}: use fewer devices or larger batches`
  return violationIf(isAsked(spec) && devices > batchSize, path, message)
}

function precisionIsWhole(spec: unknown): Violation[] {
  const precision = getIn(spec, ['training', 'precision'])
  const isHalf = precision === 'float16' || precision === 'bfloat16'
  const message = `is for float32 and float64, and training.precision is ${precision}: change the precision, or leave this out`
  return violationIf(isAsked(spec) && isHalf, dataParallel, message)
}

function stepsAreNotCompiled(spec: unknown): Violation[] {
  const isBroken = isAsked(spec) && getIn(spec, ['training', 'compile']) === true
  const message = 'trains with steps that are not compiled: leave training.compile out, or this'
  return violationIf(isBroken, dataParallel, message)
}

function stepsAreNotProfiled(spec: unknown): Violation[] {
  const isBroken = isAsked(spec) && getIn(spec, ['profile']) === true
  const message = 'has steps whose parts are not measured: leave profile out, or this'
  return violationIf(isBroken, dataParallel, message)
}

// Moments of the batch are taken only where a phase normalises by it.
function synchronizedHasBatchNorm(spec: unknown): Violation[] {
  const path = [...dataParallel, 'batchNorm']
  const policies = phasePaths(spec).map((phase) => getIn(spec, [...phase, 'batchNorm']))
  const takesMoments =
    backboneOf(spec)?.aligned?.batchNorm !== undefined &&
    policies.some((policy) => policy === 'adapt' || policy === 'train')
  const isBroken = getIn(spec, path) === 'synchronized' && !takesMoments
  const message = 'synchronizes nothing: no phase has batchNorm: adapt or train, on a backbone with BatchNorm'
  return violationIf(isBroken, path, message)
}

function isAsked(spec: unknown): boolean {
  return !isIdiomatic(spec) && getIn(spec, dataParallel) !== undefined
}
