import { expect, test } from 'vitest'
import { renderTimeChart } from '../../src/page/charts/time-chart.js'
import { formatSeconds } from '../../src/report/format.js'
import { totalSeconds } from '../../src/report/runs.js'
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

test('the parts of the time lie end to end and add up to all seconds of a run', () => {
  const [ours = [], theirs = []] = barsOf(renderTimeChart(runs))
  const totals = (['tensorflow', 'pytorch'] as const).map((framework) => {
    const seconds = runs.filter((run) => run.framework === framework).map((run) => totalSeconds(run.seconds))
    return seconds.reduce((sum, total) => sum + total, 0) / seconds.length
  })
  // The longest bar is as wide as the axis, 440 pixels without the margins.
  const pixelsOfSecond = (440 - 82 - 16) / Math.max(...totals)
  for (const [side, bar] of [ours, theirs].entries()) {
    // Borders of half a pixel part neighbours, and a part of no seconds has two of its own.
    for (const [index, [left]] of bar.entries())
      if (index > 0) expect((left ?? 0) - (bar[index - 1]?.[1] ?? 0)).toBeLessThan(2)
    const width = (bar.at(-1)?.[1] ?? 0) - (bar[0]?.[0] ?? 0)
    expect(Math.abs(width - (totals[side] ?? 0) * pixelsOfSecond)).toBeLessThan(2)
  }
})

test('a wide part has its name and its seconds in it', () => {
  const train = runs[0]?.seconds.train ?? 0
  const text = renderTimeChart(runs).replaceAll(/<[^>]*>/g, ' ')
  expect(text).toContain('training')
  expect(text).toContain(formatSeconds(train))
})
