import { compare, defineExperiment } from 'twintune'

const experiment = defineExperiment({
  name: 'pets',
  dataset: { source: 'imagefolder', train: 'pets/train', imageSize: 225 },
  model: { backbone: 'efficientnet_lite0' },
})
const { metrics, contract } = await compare(experiment)
console.log(metrics.accuracy.difference?.verdict) // 'tensorflow' | 'pytorch' | 'equivalent' | 'inconclusive' | 'different work' | 'not trained'
console.log(contract.filter((row) => row.state === 'different'))
