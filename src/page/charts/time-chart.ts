import { mean, sum } from '../../compare/summary.js'
import { frameworkNames } from '../../framework-names.js'
import type { FinishedRun } from '../../protocol/result.js'
import { formatSeconds } from '../../report/format.js'
import { comparableRuns } from '../../report/measures.js'
import { frameworksOf, runsOf } from '../../report/runs.js'
import { type ChartOption, renderChart } from './render-chart.js'
import { axis, looks, paper, text } from './theme.js'

const width = 440
const rowHeight = 56
const margins = { left: 82, right: 16, top: 4, bottom: 44 }
const widthOfCharacter = 6.5

/** Names of the parts of a run's time in the order in which they happen. Waiting for batches is a part of training. */
const parts: Readonly<Record<Exclude<keyof FinishedRun['seconds'], 'loader'>, string>> = {
  start: 'start',
  import: 'import',
  data: 'data',
  build: 'model',
  features: 'features',
  firstStep: 'first step',
  train: 'training',
  validation: 'validation',
  checkpoint: 'checkpoints',
  evaluate: 'test',
}

/**
 * Draws the seconds of a run of each framework, in the mean over its runs, as a bar of parts, each named where it is wide
 * enough.
 */
export function renderTimeChart(runs: readonly FinishedRun[]): string {
  const frameworks = frameworksOf(runs)
  const columns = frameworks.map((framework) => comparableRuns(runsOf(framework, runs)))
  const rows = (Object.keys(parts) as (keyof typeof parts)[]).map((part) => ({
    name: parts[part],
    seconds: columns.map(({ comparable }) => mean(comparable.map(({ seconds }) => seconds[part]))),
  }))
  const longest = Math.max(...frameworks.map((_, side) => sum(rows.map(({ seconds }) => seconds[side] ?? 0))))
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
      data: frameworks.map((framework, side) => `${frameworkNames[framework]}${columns[side]?.mark ?? ''}`),
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
