// Your own images: a folder with a folder a class, `images/cat/1.jpg`, `images/dog/7.jpg`, …
// Run it with `twintune compare examples/image-folder.ts`. The editor completes every field and explains it.
import { defineExperiment } from 'twintune'

const imageSize = 224

export default defineExperiment({
  name: 'image-folder',
  dataset: {
    source: 'imagefolder',
    // Relative to the folder that the command is started in. A fifth of the images is set apart for the test.
    train: 'images',
    imageSize,
  },
  model: { backbone: 'resnet18', head: { hidden: [512], dropout: 0.2 } },
  training: {
    phases: [
      { epochs: 5, trainable: 'head' },
      // Then the last stage of the backbone too, gently.
      {
        epochs: 3,
        trainable: { lastStages: 1 },
        optimizer: { name: 'adamw', learningRate: 1e-4 },
        schedule: { name: 'cosine', warmupEpochs: 1 },
      },
    ],
  },
  seeds: [0, 1, 2],
})
