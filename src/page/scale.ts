import { metricTraits } from '../compare/metrics.js'
import type { FinishedRun } from '../protocol/result.js'
import type { MetricName } from '../spec/comparison-schema.js'

/** Scale on which the page draws a metric: shares in percent, the loss in nats. */
export interface Scale {
  readonly name: string
  readonly unit: string
  readonly differenceUnit: string
  /** Factor from the metric's own unit to that of the scale. */
  readonly factor: number
  /** Reads the metric of a run's test on this scale; NaN where the run has none. */
  readonly read: (run: FinishedRun) => number
}

/** Gives the scale of a metric. */
export function scaleOf(metric: MetricName): Scale {
  const { name, isShare } = metricTraits[metric]
  const factor = isShare ? 100 : 1
  return {
    name,
    unit: isShare ? '%' : 'nats',
    differenceUnit: isShare ? 'percentage points' : 'nats',
    factor,
    read: ({ test }) => factor * (test[metric] ?? Number.NaN),
  }
}
