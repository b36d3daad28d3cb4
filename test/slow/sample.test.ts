import { expect, it } from 'vitest'
import { compareSample } from '../integration/compare-sample.js'
import { temporaryFolder } from '../integration/rig.js'

const folder = temporaryFolder()

it.each([
  // A linear probe reaches 0.86; single epochs were seen from 0.82 to 0.87.
  { epochs: 5, least: 0.82, most: 0.87 },
  { epochs: 10, least: 0.83, most: 0.88 },
])(
  'the sample is learnt by both frameworks in $epochs epochs, to the accuracy that its example states',
  async ({ epochs, least, most }) => {
    const { runs } = await compareSample(folder, 97, epochs)
    for (const { test } of runs) {
      expect(test?.accuracy).toBeGreaterThanOrEqual(least)
      expect(test?.accuracy).toBeLessThanOrEqual(most)
    }
  },
)
