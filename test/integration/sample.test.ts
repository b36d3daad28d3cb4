import { describe, expect, it } from 'vitest'
import { compareSample } from './compare-sample.js'
import { temporaryFolder } from './rig.js'

const folder = temporaryFolder()

describe('the sample with real weights', () => {
  it('is learnt by both frameworks alike', async () => {
    // The size that the example states takes twice as long: test/slow/sample.test.ts.
    const { runs, contract } = await compareSample(folder, 65, 5)
    for (const { test } of runs) {
      // Both came to 0.85.
      expect(test?.accuracy).toBeGreaterThan(0.8)
      expect(test?.accuracy).toBeLessThan(0.88)
    }
    const [first, second] = runs.map(({ firstStepLoss }) => firstStepLoss ?? Number.NaN)
    expect(Math.abs((first ?? 0) - (second ?? 0))).toBeLessThan(1e-5)
    expect(contract.every(({ state }) => state !== 'different')).toBe(true)
  })
})
