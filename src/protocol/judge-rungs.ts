import * as z from 'zod'
import { defineMessage } from './message.js'
import { trainedSchema } from './request-parts.js'

/** The rungs of the parity ladder, from the bottom up. */
export const rungNames = [
  'pixels',
  'weights',
  'features',
  'logits',
  'loss',
  'gradients',
  'optimizer',
  'steps',
  'batch-norm',
  'evaluation',
] as const

export const rungSchema = z.strictObject({
  rung: z.enum(rungNames),
  trained: trainedSchema,
  precision: z.literal('float64'),
  passed: z.boolean(),
  worst: z
    .number()
    .nullable()
    .describe(
      'Largest relative difference on the rung. Where values have bounds of their own, it is the difference that is most times its bound. Null where it is not finite.',
    ),
  bound: z.number().describe('Largest value that `worst` may have for the rung to pass.'),
  limit: z
    .number()
    .nullable()
    .describe(
      'Smallest relative error that the rung would show wherever it happened. For gradients that pass a stage it is an error in the gradient that enters a stage, which was found by planting one in PyTorch; for other values the largest of their bounds. Null where nothing was judged.',
    ),
  where: z
    .string()
    .nullable()
    .describe("First place beyond its bound, else the place of `worst`, in both libraries' names."),
  tensorflow: z.number().nullable().describe("TensorFlow's value at `where`."),
  pytorch: z.number().nullable().describe("PyTorch's value at `where`."),
  known: z
    .string()
    .nullable()
    .describe('Known difference between the libraries that explains the rung; null where none does.'),
  note: z.string().nullable().describe('Note on values that are shown and not judged, and the reason.'),
})

/** Judgement of one rung: whether the two engines mean the same. */
export type Rung = z.output<typeof rungSchema>

/** Compares two recordings in float64. */
export const judgeRungsMessage = defineMessage({
  name: 'judge-rungs',
  request: z.strictObject({
    tensorflow: z.string().describe("The file of TensorFlow's recording."),
    pytorch: z.string(),
    trained: trainedSchema,
  }),
  progress: z.never(),
  result: z.strictObject({ rungs: z.array(rungSchema) }),
})
