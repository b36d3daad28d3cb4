import { compare, defineExperiment, withWarmWorkers } from 'twintune'

await withWarmWorkers(async (workers) => {
  for (const hidden of [[], [256], [1024]]) {
    const swept = defineExperiment({
      name: 'pets',
      dataset: { source: 'imagefolder', train: 'pets/train', imageSize: 225 },
      model: { backbone: 'efficientnet_lite0', head: { hidden } },
    })
    const { runs } = await compare(swept, { workers })
    for (const { framework, test } of runs) console.log(hidden, framework, test?.accuracy)
  }
})
