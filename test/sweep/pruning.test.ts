import { expect, it } from 'vitest'
import { ending, eventsOf, experiment } from './rig.js'

it('trials that fall behind end at once, in each framework by its own trials, however short their epochs are', async () => {
  const grid = { choice: [32, 32, 32, 32, 32, 64] }
  const rates = { choice: [1e-3] }
  const subject = experiment({
    parameters: { 'training.phases[0].optimizer.learningRate': rates, 'training.batchSize': grid },
    pruning: 'median',
  })
  // The fixture's epochs take no time, and PyTorch's accuracy is lower with batches of 64.
  const { sweep } = ending(await eventsOf(subject))
  const pruned = sweep.trials.filter(({ status }) => status === 'pruned')
  expect(pruned).toMatchObject([
    { trial: 6, framework: 'pytorch', objective: null, failure: null, epochs: 1 },
  ])
})
