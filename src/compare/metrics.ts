import type { MetricName } from '../spec/comparison-schema.js'

/** Name of a metric in a sentence, and the meaning of its values. */
export interface MetricTraits {
  readonly name: string
  readonly better: 'higher' | 'lower'
  /** Whether the metric ranges from 0 to 1, and is spoken of in percentage points. */
  readonly isShare: boolean
}

/** Traits of every metric of the test. */
export const metricTraits: Readonly<Record<MetricName, MetricTraits>> = {
  accuracy: { name: 'accuracy', better: 'higher', isShare: true },
  topFiveAccuracy: { name: 'top-5 accuracy', better: 'higher', isShare: true },
  macroF1: { name: 'macro F1', better: 'higher', isShare: true },
  loss: { name: 'loss', better: 'lower', isShare: false },
  calibrationError: { name: 'calibration error', better: 'lower', isShare: true },
}

export const metricNames = Object.keys(metricTraits) as MetricName[]
