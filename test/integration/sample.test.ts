import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { comparisonOf, root, runTwintune, temporaryFolder } from './rig.js'

describe('the sample with real weights', () => {
  it('is learnt by both frameworks in ten epochs, to the accuracy that its example states', async () => {
    const spec = path.join(root, 'examples/fashion-mnist.yaml')
    const { events, exitCode } = await runTwintune(
      ['compare', spec, '--seeds', '0', '--set', 'training.phases[0].epochs=10'],
      temporaryFolder(),
    )
    expect(exitCode).toBe(0)
    const { runs, contract } = comparisonOf(events)
    for (const { test } of runs) {
      // A linear probe reaches 0.86; single epochs were seen from 0.82 to 0.87.
      expect(test?.accuracy).toBeGreaterThan(0.83)
      expect(test?.accuracy).toBeLessThan(0.88)
    }
    const [first, second] = runs.map(({ firstStepLoss }) => firstStepLoss ?? Number.NaN)
    expect(Math.abs((first ?? 0) - (second ?? 0))).toBeLessThan(1e-5)
    expect(contract.every(({ state }) => state === 'identical')).toBe(true)
  })
})
