import { compare, defineExperiment, runExperiment, verify } from 'twintune'

const experiment = defineExperiment({
  name: 'pets',
  dataset: { source: 'imagefolder', train: 'pets/train', imageSize: 225 },
  model: { backbone: 'efficientnet_lite0' },
})

for await (const event of runExperiment(experiment)) {
  if (event.type === 'epoch') console.log(event.framework, event.epoch, event.validation?.accuracy)
}

const comparison = await compare(experiment)
console.log(comparison.metrics.accuracy.difference)
// { mean, interval, level, pValue, pairs, verdict: 'tensorflow' | 'pytorch' | 'equivalent' | 'inconclusive' | 'different work' | 'not trained', reason, … }

const { passed, rungs, rounding } = await verify(experiment)
if (!passed) console.log([...rungs, ...rounding].find((rung) => !rung.passed)?.where)
