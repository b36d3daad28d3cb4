import { describe, expect, it } from 'vitest'
import { compareSample } from './compare-sample.js'
import { temporaryFolder } from './rig.js'

const folder = temporaryFolder()

describe('the sample with real weights', () => {
  it('is learnt by both frameworks alike', async () => {
    // The size that the example states takes four times as long: test/slow/sample.test.ts.
    const { runs, contract } = await compareSample(folder, 33, 5)
    for (const { test } of runs) {
      // One came to 0.79, the other to 0.77; random weights come to half of that.
      expect(test?.accuracy).toBeGreaterThan(0.74)
      expect(test?.accuracy).toBeLessThan(0.82)
    }
    const [first, second] = runs.map(({ firstStepLoss }) => firstStepLoss ?? Number.NaN)
    expect(Math.abs((first ?? 0) - (second ?? 0))).toBeLessThan(1e-5)
    expect(contract.every(({ state }) => state !== 'different')).toBe(true)
  })
})
