import { expect, test } from 'vitest'
import { renderEffectsChart } from '../../src/page/charts/effects-chart.js'
import { differencesOf } from '../report/verifications.js'
import { shapesIn, textsIn } from './drawings.js'

const { differences, unexplained } = differencesOf('a note')

test('effects are listed from the largest down, with what is left over last', () => {
  const drawing = renderEffectsChart(differences, unexplained, 'wide') ?? ''
  const names = textsIn(drawing).filter(({ text }) => /norm|epsilon|left over/.test(text))
  expect(names.map(({ text }) => text)).toEqual([
    'optimizer epsilon',
    'batch norm epsilon',
    'batch norm mode',
    'left over',
  ])
  const outcomes = textsIn(drawing).map(({ text }) => text)
  for (const effect of [
    '10 of first update',
    '9.5e-6 of logits',
    '0 of running statistics',
    '1.5e-15 of logits',
  ])
    expect(outcomes).toContain(effect)
  const [largest, middle, zero] = shapesIn(drawing, 'var(--ink)').slice(-4)
  expect(largest?.x).toBeGreaterThan(middle?.x ?? Number.NaN)
  expect(middle?.x).toBeGreaterThan(zero?.x ?? Number.NaN)
})

test('there is no chart where nothing was measured', () => {
  expect(renderEffectsChart(differences.slice(0, 1), null, 'wide')).toBeNull()
})
