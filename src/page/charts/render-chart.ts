import type {
  BarSeriesOption,
  LineSeriesOption,
  ParallelSeriesOption,
  ScatterSeriesOption,
} from 'echarts/charts'
import { BarChart, LineChart, ParallelChart, ScatterChart } from 'echarts/charts'
import type { GridComponentOption, ParallelComponentOption, TitleComponentOption } from 'echarts/components'
import {
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  ParallelComponent,
  TitleComponent,
} from 'echarts/components'
import { type ComposeOption, init, use } from 'echarts/core'
import { LabelLayout } from 'echarts/features'
import { SVGRenderer } from 'echarts/renderers'
import { h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { colors } from '../colors.js'
import { paper } from './theme.js'

use([BarChart, LineChart, ScatterChart, GridComponent, MarkAreaComponent, MarkLineComponent, TitleComponent])
use([LabelLayout, ParallelChart, ParallelComponent, SVGRenderer])

/** Series of a chart, of the kinds that the page has. */
export type SeriesOption = BarSeriesOption | LineSeriesOption | ScatterSeriesOption

/** Options of a chart, of the kinds that the page has. */
export type ChartOption = ComposeOption<SeriesOption | GridComponentOption | TitleComponentOption>

/** Options of a chart whose axes stand side by side. Composed with the others, they would let any option through. */
export interface ParallelChartOption {
  readonly parallel: ParallelComponentOption
  readonly parallelAxis: readonly object[]
  readonly series: readonly ParallelSeriesOption[]
}

export interface ChartSize {
  /** Width in CSS pixels at which the chart's text has its own size. */
  readonly width: number
  readonly height: number
}

/** Texts of a chart that stands in a file of its own. */
export interface ChartFile extends ChartSize {
  /** Title of the file, for a reader who can't see the chart. */
  readonly title: string
  /** Description of what the chart shows, for the same reader. */
  readonly description: string
}

/** Draws a chart as an SVG element that is as wide as the page lets it be. */
export function renderChart(option: ChartOption | ParallelChartOption, size: ChartSize): string {
  // The view box stays, and has the drawing scaled.
  return draw(option, size).replace(/^<svg width="\d+" height="\d+"/, '<svg')
}

/** Draws a chart as an SVG file that stands by itself, with colours for light and dark surroundings. */
export function renderChartFile(option: ChartOption, { title, description, ...size }: ChartFile): string {
  const drawing = draw({ backgroundColor: paper, ...option }, size)
  const texts = [h('title', { id: 'title' }, title), h('desc', { id: 'description' }, description)]
  return `${drawing.replace(
    /^<svg([^>]*)>/,
    (_, attributes) =>
      `<svg${attributes} role="img" aria-labelledby="title description">\n${texts.map((text) => renderToString(text)).join('\n')}\n<style>${colors}</style>`,
  )}\n`
}

function draw(option: ChartOption | ParallelChartOption, { width, height }: ChartSize): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption({ animation: false, ...option })
    // Styles of a hovering mouse have no use without a script.
    return chart.renderToSVGString().replace(/<style ?>.*?<\/style>/s, '')
  } finally {
    // A chart that isn't disposed of keeps Node alive.
    chart.dispose()
  }
}
