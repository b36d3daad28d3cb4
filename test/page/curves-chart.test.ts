import { expect, test } from 'vitest'
import { renderCurvesChart } from '../../src/page/charts/curves-chart.js'
import type { EpochRecord } from '../../src/protocol/result.js'
import { finishedRun } from '../report/comparison.js'

function epochOf(phase: number, epoch: number, loss: number): EpochRecord {
  return {
    ...{ phase, epoch, learningRate: 1e-3, seconds: 1, imagesPerSecond: null, validation: null },
    train: { loss, accuracy: 0.5 },
  }
}

const losses = { name: 'nats', read: ({ train }: EpochRecord) => train.loss }

test('epochs are averaged with those of the same phase, though a run ended a phase early', () => {
  const long = finishedRun('pytorch', 0, { epochs: [epochOf(1, 1, 4), epochOf(1, 2, 3), epochOf(2, 1, 1)] })
  const short = finishedRun('pytorch', 1, { epochs: [epochOf(1, 1, 4), epochOf(2, 1, 1)] })
  const together = renderCurvesChart([long, short], losses)
  // Both runs agree wherever both have an epoch: the mean is the longer run's.
  expect(points(together)).toEqual(points(renderCurvesChart([long], losses)))
  expect(together).toContain('phase 2')
})

test('there is no chart of a figure that no epoch has', () => {
  const run = finishedRun('pytorch', 0, { epochs: [epochOf(1, 1, 4)] })
  expect(
    renderCurvesChart([run], { name: '%', read: ({ validation }) => validation?.accuracy ?? null }),
  ).toBeNull()
})

/** The lines of a drawing. */
function points(drawing: string | null): string[] {
  return [...(drawing ?? '').matchAll(/<path d="([^"]*)"/g)].map(([, path = '']) => path)
}
