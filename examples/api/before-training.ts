import { backbones, defineExperiment, describeData, doctor, findLearningRates } from 'twintune'

for (const { framework, failure } of (await doctor()).frameworks)
  console.log(framework, failure?.message ?? 'usable')
console.log(backbones().map(({ name }) => name))

const experiment = defineExperiment({
  name: 'pets',
  dataset: { source: 'imagefolder', train: 'pets/train', imageSize: 225 },
  model: { backbone: 'efficientnet_lite0' },
})
const { classes, unreadable } = await describeData(experiment, { sheet: 'sheet.png' })
console.log(classes, unreadable)
for (const { framework, suggestions } of await findLearningRates(experiment)) {
  console.log(framework, suggestions.valley)
}
