import { expect, test } from 'vitest'
import type { Comparison, Difference } from '../../src/compare/comparison.js'
import type { Side } from '../../src/page/read-side.js'
import { renderSideBySideFile } from '../../src/page/side-by-side.js'
import { compareEvents } from '../log/events.js'
import { comparison } from '../report/comparison.js'

function sideOf(name: string, specification: string | null, of: Comparison | null = comparison()): Side {
  const [started] = compareEvents()
  if (started?.type !== 'comparison-started') throw new Error('no start')
  const status = of === null ? 'running' : 'finished'
  return { name, status, started, comparison: of, results: of?.runs ?? [], specification }
}

/** The text that a reader sees. */
function textOf(sides: readonly Side[]): string {
  return renderSideBySideFile(sides)
    .replace(/<style>.*?<\/style>/s, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
}

test('each comparison has a column of figures, and the options in which they differ', () => {
  const text = textOf([
    sideOf('small', 'training: { batchSize: 8 }'),
    sideOf('large', 'training: { batchSize: 64 }'),
  ])
  expect(text).toContain('comparison small large mode aligned aligned')
  expect(text).toContain('option small large training.batchSize 8 64')
  expect(textOf([sideOf('one', 'a: 1'), sideOf('two', 'a: 1')])).toContain('The specifications are the same.')
})

test('their differences stand under each other, those of one metric in one plot', () => {
  const { metrics } = comparison()
  const difference = { ...(metrics.accuracy.difference as Difference), mean: 0.01 }
  const byLoss = comparison({
    primaryMetric: 'loss',
    metrics: { ...metrics, loss: { ...metrics.loss, difference } },
  })
  const text = textOf([sideOf('one', null), sideOf('two', null), sideOf('three', null, byLoss)])
  expect(text).toContain('Difference in accuracy')
  expect(text).toContain('Difference in loss')
  expect(text.match(/TensorFlow minus PyTorch, percentage points/g)).toHaveLength(1)
  expect(text.match(/TensorFlow minus PyTorch, nats/g)).toHaveLength(1)
})

test('a comparison that goes on has a column without figures', () => {
  const text = textOf([sideOf('ended', null), sideOf('going', null, null)])
  expect(text).toContain('status finished running')
})
