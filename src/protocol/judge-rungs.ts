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
      'The largest relative difference, or, where values have bounds of their own, the one that is most times its bound; null where it is not finite.',
    ),
  bound: z.number().describe('What `worst` may come to.'),
  where: z
    .string()
    .nullable()
    .describe("The first place beyond its bound, else that of `worst`, in both libraries' names."),
  tensorflow: z.number().nullable().describe('The value there.'),
  pytorch: z.number().nullable(),
  known: z.string().nullable().describe('The known difference between the libraries that explains it.'),
  note: z.string().nullable().describe('What was shown and not judged, and why.'),
})

/** Whether two engines mean the same on one rung. */
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
