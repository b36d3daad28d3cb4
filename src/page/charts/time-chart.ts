import { frameworkNames } from '../../framework-names.js'
import type { FinishedRun } from '../../protocol/result.js'
import { formatSeconds } from '../../report/format.js'
import { frameworksOf } from '../../report/runs.js'
import { type ChartOption, renderChart } from './render-chart.js'
import { axis, looks, paper, text } from './theme.js'

const width = 440
const rowHeight = 56
const margins = { left: 82, right: 16, top: 4, bottom: 44 }
const widthOfCharacter = 6.5

type Seconds = FinishedRun['seconds']

/** Parts of the time, in the order in which they happen. They add up to the whole. */
const parts: readonly { readonly name: string; readonly read: (seconds: Seconds) => number }[] = [
  { name: 'start', read: (seconds) => seconds.start + seconds.import },
  { name: 'data, model', read: (seconds) => seconds.data + seconds.build },
  { name: 'features', read: (seconds) => seconds.features },
  { name: 'first steps', read: (seconds) => seconds.firstStep },
  { name: 'training', read: (seconds) => seconds.train },
  { name: 'validation', read: (seconds) => seconds.validation },
  { name: 'checkpoints', read: (seconds) => seconds.checkpoint },
  { name: 'test', read: (seconds) => seconds.evaluate },
]

/** Draws the seconds of all runs of each framework together as a bar of parts, each named where it is wide enough. */
export function renderTimeChart(runs: readonly FinishedRun[]): string {
  const frameworks = frameworksOf(runs)
  const rows = parts.map(({ name, read }) => ({
    name,
    seconds: frameworks.map((framework) =>
      runs.filter((run) => run.framework === framework).reduce((sum, run) => sum + read(run.seconds), 0),
    ),
  }))
  const longest = Math.max(
    ...frameworks.map((_, side) => rows.reduce((sum, { seconds }) => sum + (seconds[side] ?? 0), 0)),
  )
  const pixelsOfSecond = (width - margins.left - margins.right) / longest
  const option: ChartOption = {
    grid: margins,
    xAxis: {
      ...axis,
      type: 'value',
      max: longest,
      splitLine: { ...axis.splitLine, showMaxLine: false },
      name: 'seconds',
      nameGap: 26,
      axisLabel: { ...text, showMaxLabel: false },
    },
    yAxis: {
      ...axis,
      type: 'category',
      inverse: true,
      data: frameworks.map((framework) => frameworkNames[framework]),
      splitLine: { show: false },
    },
    series: rows.map(({ name, seconds }, index) => ({
      type: 'bar' as const,
      stack: 'seconds',
      barWidth: 36,
      data: seconds.map((value, side) => {
        const label = `${name}\n${formatSeconds(value)}`
        const isWide =
          value * pixelsOfSecond >
          widthOfCharacter * Math.max(...label.split('\n').map((line) => line.length))
        return {
          value,
          itemStyle: {
            // Neighbours differ by their strength, which leaves their labels legible.
            color: `color-mix(in srgb, ${looks[frameworks[side] ?? 'pytorch'].color} ${index % 2 === 0 ? 45 : 25}%, ${paper})`,
            borderColor: paper,
            borderWidth: 1,
          },
          label: { show: isWide, formatter: label, ...text, lineHeight: 15 },
        }
      }),
    })),
    textStyle: text,
  }
  return renderChart(option, { width, height: margins.top + margins.bottom + rowHeight * frameworks.length })
}
