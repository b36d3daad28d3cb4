import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadExperiment } from '../../src/index.js'
import { comparisonOf, root, temporaryFolder } from './rig.js'
import { compareWarm } from './warm.js'

describe('the sample with real weights', () => {
  it('is learnt by both frameworks in ten epochs, to the accuracy that its example states', async () => {
    const example = await loadExperiment(path.join(root, 'examples/fashion-mnist.yaml'))
    const [phase] = example.training.phases ?? []
    const training = { ...example.training, phases: [{ ...phase, epochs: 10 }] }
    const events = await compareWarm({ ...example, seeds: [0], training }, temporaryFolder())
    const { runs, contract } = comparisonOf(events)
    for (const { test } of runs) {
      // A linear probe reaches 0.86; single epochs were seen from 0.82 to 0.87.
      expect(test?.accuracy).toBeGreaterThan(0.83)
      expect(test?.accuracy).toBeLessThan(0.88)
    }
    const [first, second] = runs.map(({ firstStepLoss }) => firstStepLoss ?? Number.NaN)
    expect(Math.abs((first ?? 0) - (second ?? 0))).toBeLessThan(1e-5)
    expect(contract.every(({ state }) => state !== 'different')).toBe(true)
  })
})
