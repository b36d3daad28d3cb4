import path from 'node:path'
import { type Experiment, loadExperiment } from '../../src/index.js'
import { comparisonOf, root } from './rig.js'
import { compareWarm } from './warm.js'

/** Carries out the sample's example once in each framework, at an image size and for a number of epochs. */
export async function compareSample(
  folder: string,
  imageSize: Experiment['dataset']['imageSize'],
  epochs: number,
) {
  const example = await loadExperiment(path.join(root, 'examples/fashion-mnist.yaml'))
  const [phase] = example.training.phases ?? []
  const experiment = {
    ...example,
    dataset: { ...example.dataset, imageSize },
    training: { ...example.training, phases: [{ ...phase, epochs }] },
    seeds: [0],
  }
  return comparisonOf(await compareWarm(experiment, folder))
}
