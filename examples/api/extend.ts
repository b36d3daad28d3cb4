import { compare, extend, loadExperiment } from 'twintune'

const { comparisonDirectory, primaryMetric, metrics } = await compare(await loadExperiment('pets.yaml'))
if (metrics[primaryMetric].difference?.verdict === 'inconclusive') {
  for await (const event of extend(comparisonDirectory, [6, 7, 8, 9, 10, 11])) {
    if (event.type === 'comparison-finished')
      console.log(event.comparison.looks.length, event.comparison.metrics)
  }
}
