import { frameworkNames } from '../../framework-names.js'
import { metricFormats } from '../../report/metric-format.js'
import { shortName, valueText } from '../../report/trial-text.js'
import type { Sweep, Trial } from '../../sweep/record.js'
import { renderChart } from './render-chart.js'
import { axis, looks, text } from './theme.js'

type SweptParameter = Sweep['settings']['parameters'][string]

/** Draws every finished trial as a line across the parameters to its objective, the best of each framework on top. */
export function renderParallelChart(sweep: Sweep): string {
  const names = Object.keys(sweep.settings.parameters)
  const { name } = metricFormats[sweep.metric]
  const axes = Object.entries(sweep.settings.parameters).map(([path, parameter], dim) => ({
    dim,
    name: shortName(path, names),
    nameTextStyle: text,
    axisLabel: { ...text, formatter: (value: string | number) => valueText(value) },
    axisTick: { show: false },
    ...scaleOf(parameter),
  }))
  const objective = {
    dim: names.length,
    name,
    nameTextStyle: text,
    axisLabel: text,
    axisTick: { show: false },
    type: 'value' as const,
    scale: true,
    inverse: sweep.direction === 'minimize',
  }
  const finished = sweep.trials.filter(({ objective, trial }) => objective !== null && trial > 0)
  return renderChart(
    {
      parallel: { left: 40, right: 60, top: 36, bottom: 16 },
      parallelAxis: [...axes, objective],
      series: [false, true].flatMap((isBest) =>
        sweep.frameworks.map((framework) => ({
          type: 'parallel' as const,
          name: frameworkNames[framework],
          z: isBest ? 3 : 2,
          lineStyle: {
            color: looks[framework].color,
            type: looks[framework].line,
            width: isBest ? 3 : 1,
            opacity: isBest ? 1 : 0.45,
          },
          data: finished
            .filter((trial) => trial.framework === framework && isBestOf(sweep, trial) === isBest)
            .map((trial) => pointOf(sweep, trial)),
        })),
      ),
    },
    { width: 680, height: 300 },
  )
}

/** Draws how the objective of both frameworks responds to one parameter, a point for each finished trial. */
export function renderResponseChart(sweep: Sweep, path: string): string {
  const parameter = sweep.settings.parameters[path]
  const { name } = metricFormats[sweep.metric]
  const finished = sweep.trials.filter(({ objective, trial }) => objective !== null && trial > 0)
  return renderChart(
    {
      grid: { left: 64, right: 16, top: 12, bottom: 48 },
      xAxis: {
        ...axis,
        ...(parameter && scaleOf(parameter)),
        name: shortName(path, Object.keys(sweep.settings.parameters)),
        nameGap: 28,
        axisLabel: { ...text, formatter: (value: string | number) => valueText(value) },
      },
      yAxis: { ...axis, type: 'value', scale: true, name, nameGap: 48 },
      series: sweep.frameworks.map((framework) => ({
        type: 'scatter' as const,
        symbol: looks[framework].symbol,
        symbolSize: 8,
        itemStyle: { color: looks[framework].color, opacity: 0.8 },
        data: finished
          .filter((trial) => trial.framework === framework)
          .map((trial) => [coordinate(parameter, trial.values[path]), trial.objective ?? 0]),
      })),
    },
    { width: 330, height: 240 },
  )
}

function scaleOf(parameter: SweptParameter) {
  if ('choice' in parameter)
    return { type: 'category' as const, data: [...new Set(parameter.choice.map(valueText))] }
  if ('logUniform' in parameter)
    return { type: 'log' as const, min: parameter.logUniform[0], max: parameter.logUniform[1] }
  const [min, max] = 'int' in parameter ? parameter.int : parameter.uniform
  return { type: 'value' as const, min, max }
}

function coordinate(parameter: SweptParameter | undefined, value: unknown): string | number {
  return parameter && 'choice' in parameter ? valueText(value) : Number(value)
}

function pointOf({ settings }: Sweep, { values, objective }: Trial): (string | number)[] {
  const parameters = Object.entries(settings.parameters)
  return [...parameters.map(([path, parameter]) => coordinate(parameter, values[path])), objective ?? 0]
}

function isBestOf({ best }: Sweep, { trial, framework }: Trial): boolean {
  return best.some((each) => each.trial === trial && each.framework === framework)
}
