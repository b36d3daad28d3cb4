import type { ExportLine } from '../lines/export.js'
import { formatBytes, formatError, formatNumberOf, formatPercent } from './format.js'
import { type Metric, metricFormats } from './metric-format.js'
import { createStyle, type RenderOptions } from './style.js'
import { renderTable } from './table.js'

/** Renders the metrics of a run beside those of its artefacts, the ties, and the files. */
export function renderExport(line: ExportLine, options: RenderOptions): string {
  const { metrics, artefacts, images, accuracyInterval, folder } = line
  const style = createStyle(options)
  const [low, high] = accuracyInterval
  const shown = (Object.keys(metricFormats) as Metric[]).filter((metric) => metrics[metric] !== null)
  const rows = [
    ['the run', ...shown.map((metric) => formatMetric(metric, metrics)), ''],
    ...artefacts.map((artefact) => [
      artefact.format,
      ...shown.map((metric) => formatMetric(metric, artefact.metrics)),
      formatError(artefact.difference),
    ]),
  ]
  const head = ['', ...shown.map((metric) => metricFormats[metric].name), 'difference']
  const align = head.map((_, column) => (column === 0 ? ('left' as const) : ('right' as const)))
  const table = renderTable(rows, { head, align }, style)
  const runtimes = renderTable(
    artefacts.map(({ format, runtime, files }) => [
      format,
      formatBytes(files.reduce((sum, file) => sum + file.bytes, 0)),
      runtime,
    ]),
    { head: ['', 'size', 'tested in'], align: ['left', 'right', 'left'] },
    style,
  )
  return [
    table,
    '',
    runtimes,
    '',
    `On ${formatNumberOf(images, 'test image')}; the 95% interval of the accuracy is ${formatPercent(low)} to ${formatPercent(high)}.`,
    ...tiesOf(line),
    `Folder of the export: ${folder}`,
  ].join('\n')
}

function formatMetric(metric: Metric, metrics: ExportLine['metrics']): string {
  const value = metrics[metric]
  return value === null ? '' : metricFormats[metric].value(value)
}

function tiesOf({ artefacts }: ExportLine): string[] {
  const ties = artefacts.flatMap(({ format, ties: found }) =>
    found.map(
      (tie) =>
        `  ${format}: ${tie.image} is ${tie.artefact}, in the run ${tie.run}; the two lie ${formatError(tie.gap)} apart`,
    ),
  )
  return ties.length === 0 ? [] : ['Ties within rounding, which got another class:', ...ties]
}
