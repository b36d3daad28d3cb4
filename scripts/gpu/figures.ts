import * as z from 'zod'
import type { TextTable } from '../../src/page/metric-table.js'

/** Table of a step's figures, with a title above it. */
export interface FigureTable extends TextTable {
  readonly title: string
}

/** Reads the lines of JSON among the lines of a command's output, such as those of `--json`. */
export function jsonLines(stdout: string): unknown[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
}

const measuredSchema = z.strictObject({
  type: z.literal('measured'),
  group: z.string(),
  figure: z.string(),
  value: z.number(),
  unit: z.string(),
  note: z.string(),
})

/** Reads what `bench.on_device` has printed: a table for each group of figures. */
export function readMeasured(stdout: string): FigureTable[] {
  const measured = jsonLines(stdout).map((line) => measuredSchema.parse(line))
  if (measured.length === 0) throw new Error('the command printed no figure')
  return [...new Set(measured.map(({ group }) => group))].map((title) => ({
    title,
    note: '',
    head: ['figure', 'value', 'unit', 'note'],
    rows: measured
      .filter(({ group }) => group === title)
      .map(({ figure, value, unit, note }) => [figure, formatValue(value), unit, note]),
  }))
}

// Four digits are more than any of the measurements is exact to.
function formatValue(value: number): string {
  return Math.abs(value) >= 1000
    ? value.toLocaleString('en-US', { maximumFractionDigits: 0 })
    : value.toPrecision(4)
}
