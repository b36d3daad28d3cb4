import { expect, it } from 'vitest'
import type { SweepParameter } from '../../src/spec/sweep-schema.js'
import { mostEpochs } from '../../src/sweep/most-epochs.js'
import { experiment } from './rig.js'

const two = experiment({}, { training: { phases: [{ epochs: 3 }, { epochs: 2 }] } })

it.each<[string, SweepParameter, number]>([
  ['training.batchSize', { choice: [32, 64] }, 5],
  ['training.phases[1].epochs', { int: [1, 9] }, 12],
  ['training.phases[0].epochs', { choice: [7, 1] }, 9],
  ['training.phases', { choice: [[{ epochs: 1 }], [{ epochs: 4 }, { epochs: 4 }]] }, 8],
  ['training.phases', { choice: ['nonsense'] }, 5],
])('the longest trial with values of %s, %j, has %i epochs', (name, parameter, epochs) => {
  expect(mostEpochs(two, [{ name, parameter }])).toBe(epochs)
})
