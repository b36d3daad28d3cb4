import { beforeAll, expect, it } from 'vitest'
import type { Sweep } from '../../src/sweep/record.js'
import { ending, eventsOf, experiment } from './rig.js'

let sweep: Sweep

beforeAll(async () => {
  const grid = { choice: [32, 32, 32, 32, 32, 64] }
  const rates = { choice: [1e-3] }
  const subject = experiment({
    parameters: { 'training.phases[0].optimizer.learningRate': rates, 'training.batchSize': grid },
    pruning: 'median',
  })
  // The fixture's epochs take no time, and PyTorch's accuracy is lower with batches of 64.
  sweep = ending(await eventsOf(subject, { lost: 64 })).sweep
}, 60_000)

it('trials that fall behind end at once, in each framework by its own trials, however short their epochs are', () => {
  const pruned = sweep.trials.filter(({ status }) => status === 'pruned')
  expect(pruned).toMatchObject([
    { trial: 6, framework: 'pytorch', objective: null, failure: null, epochs: 1 },
  ])
})

it('a trial that begins anew on another node is held against the same epochs of others', () => {
  const moved = sweep.trials.find(({ trial, framework }) => trial === 6 && framework === 'tensorflow')
  expect(moved).toMatchObject({ status: 'finished', epochs: 3 })
})
