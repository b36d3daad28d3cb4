import * as z from 'zod'

export const summarySchema = z.strictObject({
  mean: z.number(),
  std: z.number().describe('Sample standard deviation; 0 for one seed.'),
  min: z.number(),
  median: z.number(),
  max: z.number(),
})

/** Summary of a metric over seeds of one framework. */
export type MetricSummary = z.output<typeof summarySchema>

/** Summarises the values that a metric has over seeds of one framework; `null` for no value at all. */
export function summarize(values: readonly number[]): MetricSummary | null {
  const sorted = values.toSorted((a, b) => a - b)
  const min = sorted.at(0)
  const max = sorted.at(-1)
  if (min === undefined || max === undefined) return null
  return { mean: mean(sorted), std: sampleStandardDeviation(sorted), min, median: median(sorted), max }
}

/** Sum of the values; 0 for no value. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Arithmetic mean of the values; NaN for no value. */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length
}

// With n - 1 below the root: the seeds are a sample of all seeds. One seed tells nothing of the spread, hence 0.
function sampleStandardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0
  const centre = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1))
}

// The two middle ones of an even number, or the one middle value twice.
function median(sorted: readonly number[]): number {
  const half = sorted.length / 2
  return mean(sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1))
}
