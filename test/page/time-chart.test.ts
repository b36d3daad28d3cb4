import { expect, test } from 'vitest'
import { renderTimeChart } from '../../src/page/charts/time-chart.js'
import { formatSeconds } from '../../src/report/format.js'
import { finishedRun } from '../report/comparison.js'

const runs = [finishedRun('tensorflow', 0), finishedRun('tensorflow', 1), finishedRun('pytorch', 0)]

/** Left and right ends of the bars' parts, from the left to the right, by row from the top. */
function barsOf(svg: string): number[][][] {
  const parts = [...svg.matchAll(/<path d="M([\d.]+) ([\d.]+)l([\d.]+) 0l0 [\d.-]+l-/g)].map(
    ([, left, top, width]) => ({ left: Number(left), right: Number(left) + Number(width), top: Number(top) }),
  )
  const rows = [...new Set(parts.map(({ top }) => top))].toSorted((a, b) => a - b)
  return rows.map((row) =>
    parts
      .filter(({ top }) => top === row)
      .map(({ left, right }) => [left, right])
      .toSorted(([a = 0], [b = 0]) => a - b),
  )
}

test('the parts of the time lie end to end and add up to all seconds', () => {
  const svg = renderTimeChart(runs)
  const total = ({ loader: _, ...parts }: (typeof runs)[0]['seconds']) =>
    Object.values(parts).reduce((sum, part) => sum + part, 0)
  const [ours = [], theirs = []] = barsOf(svg)
  // A pixel of the border parts neighbours.
  for (const bar of [ours, theirs])
    for (const [index, [left]] of bar.entries())
      if (index > 0) expect((left ?? 0) - (bar[index - 1]?.[1] ?? 0)).toBeLessThan(2)
  const widthOf = (bar: number[][]) => (bar.at(-1)?.[1] ?? 0) - (bar[0]?.[0] ?? 0)
  const seconds = runs.map((run) => total(run.seconds))
  expect(widthOf(ours) / widthOf(theirs)).toBeCloseTo(
    ((seconds[0] ?? 0) + (seconds[1] ?? 0)) / (seconds[2] ?? 0),
    1,
  )
})

test('a wide part has its name and its seconds in it', () => {
  const train = runs[0]?.seconds.train ?? 0
  const text = renderTimeChart(runs).replaceAll(/<[^>]*>/g, ' ')
  expect(text).toContain('training')
  expect(text).toContain(formatSeconds(2 * train))
})
