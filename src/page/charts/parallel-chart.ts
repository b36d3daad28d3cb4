import { frameworkNames } from '../../framework-names.js'
import { metricFormats } from '../../report/metric-format.js'
import { shortName, valueText } from '../../report/trial-text.js'
import type { Sweep, Trial } from '../../sweep/record.js'
import { renderChart } from './render-chart.js'
import { axis, formatTick, looks, paper, text } from './theme.js'

type SweptParameter = Sweep['settings']['parameters'][string]

const widths = { wide: 560, narrow: 360 }
const margins = { left: 50, right: 60 }
/** Height of an axis that lies under others, with its name above and its values below. */
const lane = 64
/** Width of a character, about: widths are estimated without a browser. */
const widthOfCharacter = 7

/**
 * Draws every finished trial as a line across the parameters to its objective, the best of each framework on top. Axes stand
 * side by side where their texts have room, and lie under each other where they don't, or for a phone.
 */
export function renderParallelChart(sweep: Sweep, { isNarrow }: { readonly isNarrow: boolean }): string {
  const names = Object.keys(sweep.settings.parameters)
  const { name } = metricFormats[sweep.metric]
  const isFlat = isNarrow || !fitsSideBySide(sweep)
  // Lines run through the texts.
  const onPaper = { ...text, backgroundColor: paper, padding: [1, 2] }
  const common = {
    nameTextStyle: onPaper,
    ...(isFlat && { nameLocation: 'middle' as const, nameGap: -20 }),
    axisTick: { show: false },
  }
  const axes = Object.entries(sweep.settings.parameters).map(([path, parameter], dim) => ({
    ...common,
    dim,
    name: shortName(path, names),
    axisLabel: { ...onPaper, hideOverlap: true, formatter: tickText },
    ...scaleOf(parameter),
  }))
  const objective = {
    ...common,
    dim: names.length,
    name,
    axisLabel: { ...onPaper, hideOverlap: true, formatter: objectiveTick(sweep) },
    type: 'value' as const,
    scale: true,
    inverse: sweep.direction === 'minimize',
  }
  const finished = sweep.trials.filter(({ objective, trial }) => objective !== null && trial > 0)
  return renderChart(
    {
      parallel: isFlat
        ? { layout: 'vertical', left: 28, right: 28, top: 28, bottom: 28 }
        : { ...margins, top: 36, bottom: 16 },
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
    {
      width: isNarrow ? widths.narrow : widths.wide,
      height: isFlat ? 56 + lane * names.length : 280,
    },
  )
}

/** Tells whether the names of the axes, and the values of a list, have room where the axes stand side by side. */
function fitsSideBySide({ settings }: Sweep): boolean {
  const names = Object.keys(settings.parameters)
  const room = (widths.wide - margins.left - margins.right) / names.length
  return Object.entries(settings.parameters).every(([path, parameter], index) => {
    const values = 'choice' in parameter ? parameter.choice.map(valueText) : []
    const widest = Math.max(...values.map(({ length }) => length), 0) * widthOfCharacter + 8
    const width = shortName(path, names).length * widthOfCharacter
    // A name stands in the middle above its axis, and the first one goes half its width beyond it.
    return widest < room && width < room && (index > 0 || width / 2 < margins.left)
  })
}

const size = { width: 380, height: 240 }
const grid = { left: 64, right: 16, top: 12, bottom: 48 }

/** Draws how the objective of both frameworks responds to one parameter, a point for each finished trial. */
export function renderResponseChart(sweep: Sweep, path: string): string {
  const parameter = sweep.settings.parameters[path]
  const { name } = metricFormats[sweep.metric]
  const isChoice = parameter !== undefined && 'choice' in parameter
  // An axis would leave out the values of a list that it takes for too wide.
  const room = isChoice ? (size.width - grid.left - grid.right) / parameter.choice.length : 0
  const finished = sweep.trials.filter(({ objective, trial }) => objective !== null && trial > 0)
  return renderChart(
    {
      grid,
      xAxis: {
        ...axis,
        ...(parameter && scaleOf(parameter)),
        name: shortName(path, Object.keys(sweep.settings.parameters)),
        nameGap: 28,
        axisLabel: {
          ...text,
          formatter: tickText,
          ...(isChoice && { interval: 0, width: room - 4, overflow: 'breakAll' as const }),
        },
      },
      yAxis: {
        ...axis,
        ...{ type: 'value', scale: true, name, nameGap: 48 },
        axisLabel: { ...text, formatter: objectiveTick(sweep) },
      },
      series: sweep.frameworks.map((framework, index) => ({
        type: 'scatter' as const,
        symbol: looks[framework].symbol,
        symbolSize: 8,
        // Points of one value of a list would hide each other.
        symbolOffset: [isChoice ? 10 * (index - (sweep.frameworks.length - 1) / 2) : 0, 0],
        itemStyle: { color: looks[framework].color, opacity: 0.8 },
        data: finished
          .filter((trial) => trial.framework === framework)
          .map((trial) => [coordinate(parameter, trial.values[path]), trial.objective ?? 0]),
      })),
    },
    size,
  )
}

/** Makes the formatter of the objective's axis: shares are percentages there, as in the tables. */
function objectiveTick({ metric }: Sweep): (value: number) => string {
  return metric === 'loss' ? formatTick : (value) => `${formatTick(100 * value)}%`
}

function scaleOf(parameter: SweptParameter) {
  if ('choice' in parameter)
    return { type: 'category' as const, data: [...new Set(parameter.choice.map(valueText))] }
  if ('logUniform' in parameter)
    return { type: 'log' as const, min: parameter.logUniform[0], max: parameter.logUniform[1] }
  const [min, max] = 'int' in parameter ? parameter.int : parameter.uniform
  return { type: 'value' as const, min, max, ...('int' in parameter && { minInterval: 1 }) }
}

/** Writes a value of a parameter's axis: a small number as specifications do, such as 1e-4. */
function tickText(value: string | number): string {
  return typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3
    ? Number(value.toPrecision(4)).toExponential()
    : valueText(value)
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
