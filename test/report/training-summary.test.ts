import { describe, expect, it } from 'vitest'
import type { EpochRecord } from '../../src/protocol/result.js'
import { createStyle } from '../../src/report/style.js'
import { renderTrainingSummary } from '../../src/report/training-summary.js'
import { comparison, finishedRun } from './comparison.js'

const plain = createStyle({ color: false, columns: 80 })

function epochs(losses: readonly number[], validated = true): EpochRecord[] {
  const { test } = finishedRun('tensorflow', 0)
  return losses.map((loss, index) => ({
    ...{ phase: 1, epoch: index + 1, learningRate: 1e-3, seconds: 1, imagesPerSecond: 100 },
    train: { accuracy: 0.5, loss },
    validation: validated ? { ...test, loss: loss / 2 } : null,
  }))
}

describe('the summary of the training', () => {
  const runs = [
    finishedRun('tensorflow', 0, { epochs: epochs([4, 2, 1.2]) }),
    finishedRun('tensorflow', 1, { epochs: epochs([4, 1, 1]) }),
    finishedRun('pytorch', 0, { epochs: epochs([1, 3, 5]) }),
  ]

  it('shows the way of each loss from its first value to its last, as means over the runs', () => {
    const text = renderTrainingSummary(comparison({ runs }), plain)
    expect(text).toMatch(/training loss +4\.0000 █▂▁ 1\.1000 +1\.0000 ▁▄█ 5\.0000/)
    expect(text).toMatch(/validation loss +2\.0000 █▂▁ 0\.5500 +0\.5000 ▁▄█ 2\.5000/)
    expect(text).toContain('from the first epoch to the last of 3')
  })

  it('has no curve where a terminal lacks the characters', () => {
    const text = renderTrainingSummary(
      comparison({ runs }),
      createStyle({ color: false, columns: 80, sparkLines: false }),
    )
    expect(text).toMatch(/training loss +4\.0000 to 1\.1000 +1\.0000 to 5\.0000/)
    expect(text).not.toMatch(/[▁-█]/)
  })

  it('leaves out the validation where there was none, and itself where there are no two epochs', () => {
    const once = [finishedRun('tensorflow', 0, { epochs: epochs([1]) })]
    expect(renderTrainingSummary(comparison({ runs: once }), plain)).toBeNull()
    const unvalidated = [finishedRun('tensorflow', 0, { epochs: epochs([2, 1], false) })]
    expect(renderTrainingSummary(comparison({ runs: unvalidated }), plain)).not.toContain('validation')
  })
})
