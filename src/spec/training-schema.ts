import * as z from 'zod'
import { fraction, positive } from './fields.js'
import { optimizerSchema, scheduleSchema } from './optimizer-schema.js'

export const trainableSchema = z.union([
  z.enum(['head', 'all']),
  z.strictObject({
    lastStages: z
      .int()
      .min(1)
      .describe('Number of stages of the backbone that train, counted back from the head.'),
  }),
  z.strictObject({
    from: z
      .string()
      .min(1)
      .describe('Name of the first stage of the backbone that trains; all later stages train too.'),
  }),
])

export const batchNormSchema = z
  .enum(['inference', 'adapt', 'train'])
  .describe(
    "Behaviour of all the backbone's BatchNorm layers. `inference`: normalise by the running statistics and leave them as they are; scales and shifts train with their stage. `adapt`: normalise by the batch and update the running statistics; no scale or shift trains. `train`: normalise by the batch and update the running statistics; all scales and shifts train, those of frozen stages too.",
  )

export const phaseSchema = z.strictObject({
  epochs: z
    .int()
    .min(1)
    .default(5)
    .describe('Number of passes over the training images. Early stopping may end the phase before.'),
  trainable: trainableSchema
    .default('head')
    .describe(
      "Parts of the network that train: `head`, `all`, or the head with the backbone's last stages, as `{ lastStages: n }` or `{ from: 'stage' }`. `twintune backbones --stages` lists the stages.",
    ),
  batchNorm: batchNormSchema.default('inference'),
  backboneLearningRateScale: positive
    .default(1)
    .describe("Multiple of the head's learning rate that the backbone trains with."),
  layerwiseDecay: positive
    .max(1)
    .default(1)
    .describe(
      "Multiple of the next stage's learning rate that each stage of the backbone trains with, at most 1. The last stage's is a multiple of the rate that `backboneLearningRateScale` gives.",
    ),
  optimizer: optimizerSchema
    .prefault({ name: 'adam' })
    .describe('Optimiser of the phase. Each phase begins with a fresh optimiser state.'),
  schedule: scheduleSchema
    .prefault({ name: 'constant' })
    .describe('Schedule of the learning rate, step by step over the phase.'),
})

export const fineTuneSchema = z
  .strictObject({
    freezeEpochs: z
      .int()
      .min(1)
      .default(1)
      .describe('Number of epochs in the first phase, which trains the head alone.'),
    epochs: z
      .int()
      .min(1)
      .default(5)
      .describe('Number of epochs in the second phase, which trains the whole network.'),
    baseLearningRate: positive
      .default(2e-3)
      .describe(
        "Peak learning rate of the head in the first phase. In the second phase the head gets half of it, and the backbone's first stage a hundredth of that half.",
      ),
  })
  .describe(
    "Recipe of fastai's `fine_tune`, in place of `phases`: a one-cycle phase of the head alone, then a one-cycle phase of the whole network.",
  )

export const earlyStoppingSchema = z.strictObject({
  monitor: z
    .enum(['loss', 'accuracy'])
    .default('loss')
    .describe('Metric of the validation images that is watched: `loss` or `accuracy`.'),
  mode: z
    .enum(['auto', 'min', 'max'])
    .default('auto')
    .describe(
      'Direction of an improvement: `min` (lower is better), `max` (higher is better), or `auto` (lower loss, higher accuracy).',
    ),
  patience: z
    .int()
    .min(1)
    .default(3)
    .describe('Number of epochs in a row without an improvement after which a phase ends.'),
  minDelta: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'Smallest change that does not yet count as an improvement, in nats for the loss and from 0 to 1 for the accuracy.',
    ),
  restoreBest: z
    .boolean()
    .default(true)
    .describe('Whether a phase ends with the weights of its best epoch instead of its last epoch.'),
})

// As many as a machine has.
const mostDevices = 16

export const dataParallelSchema = z.strictObject({
  devices: z
    .int()
    .min(2)
    .max(mostDevices)
    .default(2)
    .describe(
      'Number of devices: GPUs, from the one that `device` names on; on a CPU so many processes of PyTorch, and logical devices of TensorFlow.',
    ),
  batchNorm: z
    .enum(['local', 'synchronized'])
    .default('local')
    .describe(
      "Images whose moments BatchNorm takes where a phase normalises by the batch. `local`: those of each device's own share, and the first device's running statistics are kept. `synchronized`: those of the whole batch, as on one device.",
    ),
})

export const checkpointsSchema = z.strictObject({
  everyEpochs: z
    .union([z.literal('auto'), z.int().min(1)])
    .default('auto')
    .describe(
      'Number of epochs between two checkpoints. `auto` writes one after an epoch when ten seconds have passed since the last one. The end of each phase always writes one.',
    ),
  everySteps: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Number of optimiser steps between two checkpoints within an epoch. Without it checkpoints are written between epochs only.',
    ),
  keep: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'Number of checkpoints of earlier epochs that stay on disk, beside the last and the best checkpoint.',
    ),
})

export const trainingSchema = z.strictObject({
  batchSize: z
    .int()
    .min(1)
    .default(32)
    .describe("Number of images in a batch. An epoch's last batch may have fewer."),
  sampler: z
    .enum(['shuffled', 'balanced'])
    .default('shuffled')
    .describe(
      'Way in which an epoch draws its training images, as many as there are. `shuffled`: each image once. `balanced`: each class equally often, so that images of small classes are drawn several times and some of large classes are left out.',
    ),
  gradientAccumulation: z
    .int()
    .min(1)
    .default(1)
    .describe(
      'Number of batches that make one step of the optimiser. Their gradients are averaged over all their images.',
    ),
  clipGradientNorm: positive
    .optional()
    .describe(
      "Largest L2 norm of all gradients together. Larger gradients are scaled down to it, as PyTorch's `clip_grad_norm_` does. Without it gradients are not clipped.",
    ),
  labelSmoothing: fraction
    .default(0)
    .describe('Share of each target that is spread evenly over all classes.'),
  classWeights: z
    .enum(['none', 'balanced'])
    .default('none')
    .describe(
      'Weights of the classes in the training loss. `balanced`: number of training images / (number of classes × number of training images of the class).',
    ),
  ema: z
    .strictObject({
      decay: fraction
        .gt(0)
        .default(0.999)
        .describe('Share of the average that is kept at each step, more than 0.'),
    })
    .optional()
    .describe(
      'Exponential moving average of the weights. The average is what is validated, tested and saved.',
    ),
  precision: z
    .enum(['float64', 'float32', 'bfloat16', 'float16'])
    .default('float32')
    .describe(
      'Floating-point precision of the training. `bfloat16` and `float16` hold for convolutions and activations, and all else stays float32; `float16` needs a GPU. `float64` is slow and meant for finding the cause of a difference.',
    ),
  dataParallel: dataParallelSchema
    .optional()
    .describe(
      'Devices that share the images of each batch: by DistributedDataParallel in PyTorch, and by MirroredStrategy in TensorFlow. Gradients are those of the whole batch. A phase of the head alone on cached features stays on one device.',
    ),
  compile: z
    .boolean()
    .default(false)
    .describe(
      "Whether training steps are compiled: by `torch.compile`, which needs a C++ compiler on a CPU, and by TensorFlow's XLA. Compiling takes seconds to minutes at each phase's first step.",
    ),
  phases: z
    .array(phaseSchema)
    .min(1)
    .prefault([{}])
    .describe(
      'Phases of the training, one after the other. Each phase goes on with the weights that the phase before it has trained.',
    ),
  fineTune: fineTuneSchema.optional(),
  earlyStopping: earlyStoppingSchema
    .optional()
    .describe(
      'Rule that ends a phase when the validation images no longer improve. It holds for each phase by itself.',
    ),
  checkpoints: checkpointsSchema
    .prefault({})
    .describe(
      'Checkpoints, which an interrupted run resumes from: how often they are written and how many stay.',
    ),
})

/** Phase of the training, with every default filled in: what trains, for how long, and by which optimiser. */
export type Phase = z.output<typeof phaseSchema>
