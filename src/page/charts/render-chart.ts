import type { LineSeriesOption, ScatterSeriesOption } from 'echarts/charts'
import { LineChart, ScatterChart } from 'echarts/charts'
import type { GridComponentOption } from 'echarts/components'
import { GridComponent, MarkAreaComponent, MarkLineComponent } from 'echarts/components'
import { type ComposeOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([LineChart, ScatterChart, GridComponent, MarkAreaComponent, MarkLineComponent, SVGRenderer])

/** Options of a chart, of the kinds that the page has. */
export type ChartOption = ComposeOption<LineSeriesOption | ScatterSeriesOption | GridComponentOption>

export interface ChartSize {
  /** Width in CSS pixels at which the chart's text has its own size. */
  readonly width: number
  readonly height: number
}

/** Draws a chart as an SVG element that is as wide as the page lets it be. */
export function renderChart(option: ChartOption, { width, height }: ChartSize): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption({ animation: false, ...option })
    return (
      chart
        .renderToSVGString()
        // The view box stays, and has the drawing scaled.
        .replace(/^<svg width="\d+" height="\d+"/, '<svg')
        // What changes below a mouse has no answer without a script.
        .replace(/<style ?>.*?<\/style>/s, '')
    )
  } finally {
    // A chart that isn't disposed of keeps Node alive.
    chart.dispose()
  }
}
