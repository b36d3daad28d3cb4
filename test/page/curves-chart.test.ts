import { expect, test } from 'vitest'
import { renderCurvesChart, renderLinesChart } from '../../src/page/charts/curves-chart.js'
import { looks } from '../../src/page/charts/theme.js'
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

test('no line leads through an epoch that no run of its framework has', () => {
  const stopped = finishedRun('tensorflow', 0, { epochs: [epochOf(1, 1, 4), epochOf(2, 1, 1)] })
  const long = finishedRun('pytorch', 0, { epochs: [epochOf(1, 1, 4), epochOf(1, 2, 3), epochOf(2, 1, 1)] })
  const ofTensorflow = (drawing: string | null) =>
    [...(drawing ?? '').matchAll(/<path d="([^"]*)"[^>]*stroke="var\(--tensorflow\)"/g)].map(
      ([, path = '']) => path,
    )
  // A line that is broken is moved to each of its pieces.
  expect(
    ofTensorflow(renderCurvesChart([stopped, long], losses))
      .join('')
      .match(/M/g),
  ).not.toHaveLength(1)
  expect(
    ofTensorflow(renderCurvesChart([stopped], losses))
      .join('')
      .match(/L|C/g),
  ).toHaveLength(1)
  expect(ofTensorflow(renderCurvesChart([stopped, long], losses)).join('')).not.toMatch(/L|C/)
})

test('comparisons number their epochs by their own phases', () => {
  const lineOf = (name: string, epochs: EpochRecord[]) => {
    const runs = [finishedRun('pytorch', 0, { epochs })]
    return { name, look: looks.pytorch, runs, peers: runs, width: 2, hasBand: false }
  }
  const twoPhases = lineOf('two phases', [epochOf(1, 1, 40), epochOf(2, 1, 30)])
  const onePhase = lineOf('one phase', [epochOf(1, 1, 40), epochOf(1, 2, 30), epochOf(1, 3, 20)])
  const drawing = renderLinesChart([twoPhases, onePhase], losses) ?? ''
  const epochs = [...drawing.matchAll(/<text[^>]*>(\d)<\/text>/g)].map(([, label]) => label)
  expect(epochs).toEqual(['1', '2', '3'])
  // Phases that the other one doesn't have part nothing.
  expect(drawing).not.toContain('phase 2')
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
