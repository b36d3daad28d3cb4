import { describe, expect, it } from 'vitest'
import { issuesOfValue, smallest } from './rig.js'

const withHead = (head: object) => ({ ...smallest, model: { backbone: 'resnet50', head } })
const withJitter = (colorJitter: object) => ({ ...smallest, augmentation: { colorJitter } })
const withSplit = (dataset: object) => ({
  ...smallest,
  dataset: { ...smallest.dataset, ...dataset },
  comparison: { vary: ['init', 'split'] },
})
const withPhase = (phase: object, backbone = 'resnet50') => ({
  ...smallest,
  model: { backbone },
  training: { phases: [phase] },
})

describe('rules on fields without an effect', () => {
  it.each([
    [
      'dropout without hidden units',
      withHead({ hidden: [], dropout: 0.2 }),
      'model.head.dropout: drops hidden units, and model.head.hidden has none',
    ],
    [
      'a colour jitter without a strength',
      withJitter({}),
      'augmentation.colorJitter: changes nothing: give a strength of more than 0 (brightness, contrast, saturation, hue)',
    ],
    [
      'views of images that nothing is changed in',
      { ...smallest, augmentation: { views: 3 } },
      'augmentation.views: no image is augmented: all views of an image would be the same',
    ],
    [
      "a scale of the backbone's rate where it is frozen",
      withPhase({ backboneLearningRateScale: 0.1 }),
      'training.phases[0].backboneLearningRateScale: is for the backbone, and the phase trains the head alone',
    ],
    [
      'a decay from stage to stage where all of them are frozen',
      withPhase({ trainable: 'head', batchNorm: 'adapt', layerwiseDecay: 0.5 }),
      'training.phases[0].layerwiseDecay: is for the backbone, and the phase trains the head alone',
    ],
    [
      'a BatchNorm policy of a backbone without BatchNorm',
      withPhase({ trainable: 'all', batchNorm: 'train' }, 'vgg16'),
      'training.phases[0].batchNorm: vgg16 has no BatchNorm layers: leave it out',
    ],
    [
      'a split that varies where validation and test images are given',
      withSplit({ validation: 'val', test: 'test' }),
      'comparison.vary[1]: no image is set apart: validation and test are as given',
    ],
    [
      'a split that varies where there is no validation and the test images are given',
      withSplit({ validationFraction: 0, test: 'test' }),
      'comparison.vary[1]: no image is set apart: validation and test are as given',
    ],
    [
      'seeds that decide the augmentation alone where there is none',
      { ...smallest, comparison: { vary: ['augmentation'] } },
      'comparison.vary: no image is augmented: the runs of all seeds would be the same',
    ],
  ])('reject %s', (_, spec, issue) => {
    expect(issuesOfValue(spec)).toEqual([issue])
  })

  it.each([
    ['a linear head', withHead({ hidden: [] })],
    ['dropout of the hidden units that there are by default', withHead({ dropout: 0.2 })],
    ['no colour jitter', smallest],
    ['a colour jitter of the hue alone', withJitter({ hue: 0.1 })],
    [
      'rates of a backbone that trains',
      withPhase({ trainable: { lastStages: 1 }, layerwiseDecay: 0.5, backboneLearningRateScale: 0.1 }),
    ],
    [
      'rates of BatchNorm layers that train in a frozen backbone',
      withPhase({ trainable: 'head', batchNorm: 'train', backboneLearningRateScale: 0.1 }),
    ],
    ['the default policy of a backbone without BatchNorm', withPhase({ trainable: 'all' }, 'vgg16')],
    ['a split that varies where only the test images are given', withSplit({ test: 'test' })],
    ['a split that varies where nothing is given', withSplit({ validationFraction: 0 })],
    [
      'seeds that decide the augmentation alone where there is one',
      { ...smallest, comparison: { vary: ['augmentation'] }, augmentation: { horizontalFlip: 0.5 } },
    ],
  ])('accept %s', (_, spec) => {
    expect(issuesOfValue(spec)).toEqual([])
  })
})
