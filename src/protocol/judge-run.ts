import * as z from 'zod'
import { defineMessage } from './message.js'
import { runProgressSchema } from './progress.js'
import { runRequestSchema } from './request-parts.js'
import { evaluationMetricsSchema } from './result.js'

const ofBoth = "The first value is the judged run's, the second the judge's."

export const replayedStepSchema = z
  .strictObject({
    phase: z.int(),
    epoch: z.int().describe("Number of the step's epoch within the phase, from 1."),
    step: z.int().describe('Number of the optimiser step within the epoch, from 1.'),
    losses: z.tuple([z.number(), z.number()]).describe(`Mean loss of the step's batches. ${ofBoth}`),
    lossBound: z.number().describe('Largest difference of the two losses that rounding explains.'),
    right: z.tuple([z.int(), z.int()]).describe(`Number of right answers in the step's batches. ${ofBoth}`),
    rightBound: z.int().describe('Largest difference of the two numbers that ties explain.'),
    updates: z
      .tuple([z.number(), z.number()])
      .describe(`Norm of what the step changed in the weights. ${ofBoth}`),
    inputs: z
      .number()
      .nullable()
      .describe(
        'Largest difference of the features or activations that the step was given, as a share of the largest one of the image; null for a step on pixels.',
      ),
    inputsBound: z.number(),
    worst: z
      .strictObject({
        tensor: z.string(),
        difference: z.number().describe('Difference of the two tensors, as `measure` says.'),
        bound: z
          .number()
          .describe("Largest such difference that rounding explains, by the judge's own sensitivity."),
        measure: z
          .enum(['change', 'norm', 'gradient', 'count'])
          .default('change')
          .describe(
            '`change`: norm of the difference, as a share of the norm of the change. `norm`: difference of the norms of the two changes, as a share of the larger one. `gradient`: difference of the norms of the two gradients, as a share of the larger one. `count`: difference of two numbers of steps.',
          ),
      })
      .describe(
        'Tensor that differs most by its bound: a weight, a statistic, or a buffer of the optimiser.',
      ),
    tensors: z.int().describe('Number of tensors that were compared.'),
    loose: z
      .int()
      .describe(
        'Number, among these, of tensors that say little: rounding explains more than 30% of their change.',
      ),
  })
  .describe('Training step of the judged run that the judge has taken anew from the same state.')

export const crossEvaluationSchema = z
  .strictObject({
    images: z.int().describe('Number of test images that the judge has answered.'),
    difference: z.number().describe('Largest difference of two logits, as a share of the largest logit.'),
    bound: z.number().describe('Largest such difference that rounding explains.'),
    metrics: z
      .tuple([evaluationMetricsSchema.nullable(), evaluationMetricsSchema.nullable()])
      .describe(
        `Metrics of the test, as the judge computes them; null where a logit is not finite. ${ofBoth}`,
      ),
    lossBound: z.number().describe('Largest difference of two mean losses that rounding explains.'),
    validation: evaluationMetricsSchema
      .nullable()
      .describe('Metrics that the judge finds on the validation set; null where there is none.'),
    validationTies: z
      .int()
      .describe('Number of validation images whose two likeliest classes lie within rounding.'),
    different: z
      .array(z.int())
      .describe('Positions of the test images that get another answer from the judge: the first hundred.'),
    ties: z
      .array(z.int())
      .describe('Positions, among these, of images whose two likeliest classes lie within rounding.'),
    misreported: z
      .array(z.string())
      .default([])
      .describe(
        "Parts of the judged run's files, each with the file's name, that aren't those of the logits that it kept, of its images and of its specification: of evaluation.json, of predictions.csv, and of the header of model.safetensors.",
      ),
  })
  .describe('Test of the model of the judged run by the judge.')

/** Judges finished runs of the other framework: takes the kept steps of one anew, and tests the models of all. */
export const judgeRunMessage = defineMessage({
  name: 'judge-run',
  request: z.strictObject({
    run: runRequestSchema.describe("Request of the judge's own run of the same seed."),
    judged: z.string().describe("Absolute path of the judged run's folder."),
    replay: z
      .enum(['none', 'kept', 'own', 'float64'])
      .describe(
        'Steps that are taken anew: `kept` as the run kept them; `own` in float64 by the framework of the run itself, which keeps them beside; `float64` these by the judge.',
      ),
    models: z
      .array(z.string())
      .describe(
        'Absolute paths of the folders of all runs whose models are tested. They differ from the judged run by their seeds alone, and have the same split.',
      ),
  }),
  progress: runProgressSchema,
  result: z.strictObject({
    steps: z.array(replayedStepSchema),
    evaluations: z.array(crossEvaluationSchema).describe('Tests of the models, in their order.'),
  }),
})

/** Training step that was taken anew by the other framework. */
export type ReplayedStep = z.output<typeof replayedStepSchema>
/** Test of a model by the other framework. */
export type CrossEvaluation = z.output<typeof crossEvaluationSchema>
