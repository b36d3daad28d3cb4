import { describe, expect, it } from 'vitest'
import { issuesOfValue, smallest } from './rig.js'

const shared = (training: object, further: object = {}) => ({
  ...smallest,
  ...further,
  training: { dataParallel: {}, ...training },
})
const train = { phases: [{ trainable: 'all', batchNorm: 'train' }] }

describe('rules on training that several devices share', () => {
  it.each([
    [
      'fewer images in a batch than devices',
      shared({ batchSize: 2, dataParallel: { devices: 3 } }),
      'training.dataParallel.devices: needs batches of at least as many images, and training.batchSize is 2: use fewer devices or larger batches',
    ],
    [
      'half precision',
      shared({ precision: 'bfloat16' }),
      'training.dataParallel: is for float32 and float64, and training.precision is bfloat16: change the precision, or leave this out',
    ],
    [
      'compiled steps',
      shared({ compile: true }),
      'training.dataParallel: trains with steps that are not compiled: leave training.compile out, or this',
    ],
    [
      'a profile',
      shared({}, { profile: true }),
      'training.dataParallel: has steps whose parts are not measured: leave profile out, or this',
    ],
    [
      'moments to synchronize where no phase takes any',
      shared({ dataParallel: { batchNorm: 'synchronized' } }),
      'training.dataParallel.batchNorm: synchronizes nothing: no phase has batchNorm: adapt or train, on a backbone with BatchNorm',
    ],
    [
      'idiomatic mode',
      { ...shared({}), mode: 'idiomatic' },
      'training.dataParallel: is for aligned mode only: idiomatic mode leaves it to each framework',
    ],
  ])('reject %s', (_, spec, issue) => {
    expect(issuesOfValue(spec)).toEqual([issue])
  })

  it.each([
    ['two devices by default', shared({})],
    ['accumulated batches of float64', shared({ precision: 'float64', gradientAccumulation: 2 })],
    [
      'moments to synchronize where a phase takes them',
      shared({ ...train, dataParallel: { batchNorm: 'synchronized' } }),
    ],
    ['a batch of one image on one device', { ...smallest, training: { batchSize: 1 } }],
  ])('accept %s', (_, spec) => {
    expect(issuesOfValue(spec)).toEqual([])
  })
})
