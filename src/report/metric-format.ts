import type { Comparison } from '../compare/comparison.js'
import { formatLoss, formatPercent, formatPoints, formatSigned } from './format.js'

export type Metric = keyof Comparison['metrics']

/** Format of a metric in tables. */
interface MetricFormat {
  readonly name: string
  /** Unit of a difference. */
  readonly unit: string
  readonly value: (value: number) => string
  /** Formats a distance between two values, without its sign. */
  readonly spread: (spread: number) => string
  /** Formats a difference, with its sign. */
  readonly difference: (difference: number) => string
}

const percentage = {
  unit: '% points',
  value: (share: number) => formatPercent(share),
  spread: (spread: number) => (100 * spread).toFixed(2),
  difference: formatPoints,
}

const nats = {
  unit: 'nats',
  value: formatLoss,
  spread: formatLoss,
  difference: (difference: number) => formatSigned(difference, 4),
}

/** Formats of every metric of the test, in the order of the tables. ECE is the literature's name of the calibration error. */
export const metricFormats: Readonly<Record<Metric, MetricFormat>> = {
  accuracy: { name: 'accuracy', ...percentage },
  topFiveAccuracy: { name: 'top-5', ...percentage },
  macroF1: { name: 'macro F1', ...percentage },
  loss: { name: 'loss', ...nats },
  calibrationError: { name: 'ECE', ...percentage },
}

/** Lists the metrics that the runs of a comparison have: five classes or fewer have no top-5 accuracy. */
export function metricsOf({ metrics }: Comparison): Metric[] {
  return (Object.keys(metricFormats) as Metric[]).filter(
    (metric) =>
      metric !== 'topFiveAccuracy' || metrics[metric].tensorflow !== null || metrics[metric].pytorch !== null,
  )
}
