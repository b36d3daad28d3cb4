import { describe, expect, test } from 'vitest'
import { renderLadderChart, sizesOf } from '../../src/page/charts/ladder-chart.js'
import { logRangeOf } from '../../src/page/charts/log-rows.js'
import { type Rung, rungNames } from '../../src/protocol/judge-rungs.js'
import { rungOf } from '../report/verifications.js'
import { shapesIn, textsIn } from './drawings.js'

function draw(...rungs: readonly Rung[]): string {
  return renderLadderChart(rungs, logRangeOf(sizesOf(rungs)), 'wide')
}

/** Place of a label, which marks of its size share. */
function xOf(drawing: string, label: string): number {
  return textsIn(drawing).find(({ text }) => text === label)?.x ?? Number.NaN
}

describe('the chart of a ladder', () => {
  test('has the rungs from the top down in the order in which they are climbed, each with its outcome', () => {
    const texts = textsIn(draw(...rungNames.map((name) => rungOf(name))))
    const names = texts.filter(({ text }) => rungNames.some((name) => name === text))
    expect(names.map(({ text }) => text)).toEqual(rungNames)
    expect(names.map(({ y }) => y)).toEqual(names.map(({ y }) => y).toSorted((a, b) => a - b))
    const outcomes = texts.filter(({ text }) => text === 'passed')
    expect(outcomes.map(({ y }) => y)).toEqual(names.map(({ y }) => y))
  })

  test('puts each difference at its power of ten, and none at all into the column of what is equal', () => {
    const drawing = draw(
      rungOf('pixels'),
      rungOf('features', { worst: 1e-14 }),
      rungOf('logits', { worst: 1e-12 }),
    )
    const points = shapesIn(drawing, 'var(--ink)').slice(-3)
    expect(points.map(({ x }) => Math.round(x))).toEqual(
      ['equal', '1e-14', '1e-12'].map((label) => Math.round(xOf(drawing, label))),
    )
    expect(xOf(drawing, 'equal')).toBeLessThan(xOf(drawing, '1e-14'))
  })

  test('tells a rung that failed by a word and a cross of its own, beyond the bound', () => {
    const drawing = draw(rungOf('features', { passed: false, worst: 1e-6 }), rungOf('logits'))
    expect(textsIn(drawing).filter(({ text }) => text === 'failed')).toHaveLength(1)
    const crosses = shapesIn(drawing, 'var(--doubt)')
    expect(crosses.map(({ x }) => Math.round(x))).toEqual([Math.round(xOf(drawing, '1e-6'))])
    expect(crosses[0]?.x).toBeGreaterThan(xOf(drawing, '1e-10'))
  })

  test('has a place for a difference that has no size, which is beyond all others', () => {
    const drawing = draw(rungOf('pixels', { passed: false, worst: null }), rungOf('features'))
    expect(drawing).not.toMatch(/NaN|Infinity/)
    expect(shapesIn(drawing, 'var(--doubt)')[0]?.x).toBeCloseTo(xOf(drawing, 'no size'), 0)
  })

  test('shows the smallest error that would show only where it is another size than the bound', () => {
    const without = shapesIn(draw(rungOf('steps')), 'var(--paper)')
    const other = shapesIn(draw(rungOf('steps', { limit: 1e-9 })), 'var(--paper)')
    expect([without.length, other.length]).toEqual([0, 1])
  })

  test('names no power of ten that would run into the next', () => {
    const rungs = [rungOf('pixels'), rungOf('features', { worst: 1e-16 }), rungOf('logits', { worst: null })]
    for (const width of ['wide', 'narrow'] as const) {
      const drawing = renderLadderChart(rungs, logRangeOf(sizesOf(rungs)), width)
      const labels = textsIn(drawing).filter(({ text }) => /^(1e.*|1|equal|no size)$/.test(text))
      const places = labels.map(({ x }) => x).toSorted((a, b) => a - b)
      for (const [index, x] of places.slice(1).entries()) expect(x - (places[index] ?? 0)).toBeGreaterThan(36)
    }
  })
})
