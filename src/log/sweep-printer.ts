import { frameworkNames } from '../framework-names.js'
import { formatNumberOf, formatSeconds } from '../report/format.js'
import { metricFormats } from '../report/metric-format.js'
import { valuesText } from '../report/trial-text.js'
import type { MetricName } from '../spec/comparison-schema.js'
import type { SweepEvent } from '../sweep/events.js'
import { visible } from '../visible.js'
import { workerText } from './event-text.js'

/** Makes a printer of a sweep's events: a line where a trial ends, or problems alone. */
export function sweepPrinter(
  print: (line: string) => void,
  { metric, quiet }: { readonly metric: MetricName; readonly quiet: boolean },
): (event: SweepEvent) => void {
  let last = 0
  return (given) => {
    const event = visible(given)
    if (event.type === 'sweep-started' || event.type === 'sweep-resumed') last = event.trials - 1
    if (event.type === 'warning') print(`warning ${event.message}`)
    const line = quiet ? null : lineOf(event, metric, last)
    if (line !== null) print(line)
  }
}

function lineOf(event: SweepEvent, metric: MetricName, last: number): string | null {
  switch (event.type) {
    case 'sweep-started':
      return `sweep of ${event.experiment}: ${event.trials} trials in each framework, in ${event.sweepDirectory}`
    case 'sweep-resumed':
      return `sweep of ${event.experiment} goes on: ${event.kept} trials have ended before`
    case 'worker':
      return `${frameworkNames[event.framework]}: ${workerText(event)}`
    case 'trial-ended': {
      const { trial, framework, status, objective, seconds, epochs, values, failure } = event.result
      const { name, value: format } = metricFormats[metric]
      const end =
        objective === null
          ? `${status}${status === 'pruned' ? ` after ${formatNumberOf(epochs, 'epoch')}` : ''}${failure === null ? '' : `: ${failure.message}`}`
          : `validation ${name} ${format(objective)}`
      return [
        `trial ${trial}/${last}`,
        frameworkNames[framework],
        end,
        formatSeconds(seconds),
        valuesText(values),
      ].join('  ')
    }
    case 'final-started':
      return `final, ${event.role === 'best' ? `settings of trial ${event.trial}` : 'the specification as it stands'}: ${formatNumberOf(event.seeds.length, 'fresh seed')}, in ${event.comparisonDirectory}`
    case 'final-run':
      return `final, ${event.role}: ${frameworkNames[event.framework]} seed ${event.seed} ${event.status}`
    case 'trial-started':
    case 'trial-epoch':
    case 'warning':
    case 'sweep-finished':
      return null
  }
}
