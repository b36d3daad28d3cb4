import { findBackbone } from '../backbones.js'
import { getIn, parsePath } from '../spec/path.js'
import type { Experiment } from '../spec/schema.js'
import { planSweep } from './plan-sweep.js'

// What can be carried out and is hardly meant.

/** Warns of combinations that the grid of a sweep tries more than once. */
export function gridWarnings(experiment: Experiment): string[] {
  if (experiment.sweep?.strategy !== 'grid') return []
  const { parameters } = planSweep(experiment)
  const axes = parameters.map(({ name, parameter }) => ({
    name,
    values: 'choice' in parameter ? parameter.choice.map((value) => JSON.stringify(value)) : [],
    range: 'int' in parameter ? parameter.int : null,
    standing: getIn(experiment, parsePath(name) ?? []),
  }))
  const repeated = axes.flatMap(({ name, values }) => {
    const twice = values.find((value, index) => values.indexOf(value) < index)
    return twice === undefined
      ? []
      : [`The grid has ${name} = ${twice} twice, so that its trials are repeated.`]
  })
  const hasStanding = axes.every(({ values, range, standing }) =>
    range === null
      ? values.includes(JSON.stringify(standing))
      : typeof standing === 'number' && standing >= range[0] && standing <= range[1],
  )
  return hasStanding
    ? [
        ...repeated,
        'The grid contains the specification as it stands, which is trial 0 already: it is tried twice.',
      ]
    : repeated
}

/** Warns of a batch that no epoch can fill. */
export function batchWarning({ training }: Pick<Experiment, 'training'>, images: number): string[] {
  return training.batchSize > images
    ? [
        `training.batchSize is ${training.batchSize}, and there are ${images} training images: an epoch is a single step.`,
      ]
    : []
}

/** Warns of an image size that the pretrained weights weren't trained for. Each run warns of it too. */
export function imageSizeWarning({ mode, model, dataset: { imageSize: size } }: Experiment): string[] {
  const imagenet = findBackbone(model.backbone)?.aligned?.imagenet
  const wantsOdd = mode === 'aligned' && imagenet?.source === 'package' && imagenet.oddImageSizes
  if (!wantsOdd || model.weights !== 'imagenet' || size === undefined || size % 32 === 1) return []
  const below = size - ((size - 1) % 32)
  return [
    `dataset.imageSize is ${size}, and the ImageNet weights of ${model.backbone} do best at sizes of 32k+1, such as ${Math.max(below, 33)} or ${below + 32}.`,
  ]
}
