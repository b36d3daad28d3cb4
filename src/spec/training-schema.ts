import * as z from 'zod'
import { fraction, positive } from './fields.js'
import { optimizerSchema, scheduleSchema } from './optimizer-schema.js'

export const trainableSchema = z.union([
  z.enum(['head', 'all']),
  z.strictObject({
    lastStages: z.int().min(1).describe('Stages of the backbone that train, counted from the head.'),
  }),
  z.strictObject({
    from: z.string().min(1).describe('The first stage of the backbone that trains, by its name.'),
  }),
])

export const batchNormSchema = z
  .enum(['inference', 'adapt', 'train'])
  .describe(
    "Of all the backbone's BatchNorm layers. `inference`: they use and keep their running statistics. `adapt`: the statistics move, scale and shift don't train. `train`: both do.",
  )

export const phaseSchema = z.strictObject({
  epochs: z
    .int()
    .min(1)
    .default(5)
    .describe('Passes over the training images; fewer where early stopping ends the phase.'),
  trainable: trainableSchema
    .default('head')
    .describe(
      "`head`, `all`, `{ lastStages: n }`, or `{ from: 'stage' }`; `twintune backbones --stages` lists them.",
    ),
  batchNorm: batchNormSchema.default('inference'),
  backboneLearningRateScale: positive
    .default(1)
    .describe("The backbone's learning rate, as a multiple of the head's."),
  layerwiseDecay: positive
    .max(1)
    .default(1)
    .describe("Each stage's learning rate, as a multiple of that of the stage after it."),
  optimizer: optimizerSchema.prefault({ name: 'adam' }).describe('Begins anew with each phase.'),
  schedule: scheduleSchema
    .prefault({ name: 'constant' })
    .describe('Of the learning rate, step by step over the phase.'),
})

export const fineTuneSchema = z
  .strictObject({
    freezeEpochs: z.int().min(1).default(1).describe('Epochs of the head alone.'),
    epochs: z.int().min(1).default(5).describe('Epochs of the whole network.'),
    baseLearningRate: positive
      .default(2e-3)
      .describe(
        'Of the head, in the first phase; then half of it, and a hundredth of that for the first stage.',
      ),
  })
  .describe(
    "fastai's `fine_tune`, in place of `phases`: one cycle of the head alone, then one of everything.",
  )

export const earlyStoppingSchema = z.strictObject({
  monitor: z.enum(['loss', 'accuracy']).default('loss').describe('Of the validation images.'),
  mode: z
    .enum(['auto', 'min', 'max'])
    .default('auto')
    .describe('Whether less or more is better; `auto`: less loss, more accuracy.'),
  patience: z.int().min(1).default(3).describe('Epochs without an improvement after which a phase ends.'),
  minDelta: z
    .number()
    .min(0)
    .default(0)
    .describe('What counts as an improvement is more than this; accuracy is from 0 to 1.'),
  restoreBest: z
    .boolean()
    .default(true)
    .describe("Whether a phase ends with the weights of its best epoch, not with its last one's."),
})

export const checkpointsSchema = z.strictObject({
  everyEpochs: z
    .union([z.literal('auto'), z.int().min(1)])
    .default('auto')
    .describe(
      "Epochs between two checkpoints; `auto`: at most one in ten seconds. One at each phase's end in any case.",
    ),
  everySteps: z
    .int()
    .min(1)
    .optional()
    .describe('Steps between two checkpoints within an epoch; without it there are none.'),
  keep: z
    .int()
    .min(0)
    .default(0)
    .describe('How many checkpoints of earlier epochs stay, beside the last and the best one.'),
})

export const trainingSchema = z.strictObject({
  batchSize: z
    .int()
    .min(1)
    .default(32)
    .describe('Images in a batch; the last one of an epoch may have fewer.'),
  gradientAccumulation: z
    .int()
    .min(1)
    .default(1)
    .describe('Batches whose gradients are averaged, image by image, for one step of the optimiser.'),
  clipGradientNorm: positive
    .optional()
    .describe('Largest norm of all gradients together; larger ones are scaled down to it, as PyTorch does.'),
  labelSmoothing: fraction.default(0).describe('Share of each target spread evenly over all classes.'),
  classWeights: z
    .enum(['none', 'balanced'])
    .default('none')
    .describe('`balanced`: images / (classes × images of the class), from the training images.'),
  ema: z
    .strictObject({ decay: fraction.default(0.999).describe('What is kept of the average at each step.') })
    .optional()
    .describe('An exponential moving average of the weights, which is what is validated, tested and kept.'),
  precision: z
    .enum(['float64', 'float32', 'bfloat16', 'float16'])
    .default('float32')
    .describe(
      'float64 is for those who hunt a difference. In the half precisions convolutions and activations are half, all else is float32; float16 needs a GPU.',
    ),
  compile: z
    .boolean()
    .default(false)
    .describe(
      "Whether training steps are compiled: by `torch.compile`, which needs a C++ compiler on a CPU, and by TensorFlow's XLA. It takes seconds to minutes at each phase's first step.",
    ),
  phases: z
    .array(phaseSchema)
    .min(1)
    .prefault([{}])
    .describe('Each goes on with what the one before has trained.'),
  fineTune: fineTuneSchema.optional(),
  earlyStopping: earlyStoppingSchema.optional().describe('Holds for each phase by itself.'),
  checkpoints: checkpointsSchema.prefault({}).describe('What an interrupted run goes on from.'),
})

export type Phase = z.output<typeof phaseSchema>
