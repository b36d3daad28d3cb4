import * as z from 'zod'
import { defineMessage } from './message.js'

/** Two recordings of one engine: in float64, and in the precision whose rounding is looked at. */
const recordingsSchema = z.strictObject({ exact: z.string(), rounded: z.string() })

const error = z
  .number()
  .nullable()
  .describe(
    'Largest error of the engine on the rung: the root mean square of its differences from its own float64, relative to its values.',
  )

export const roundingSchema = z.strictObject({
  rung: z.enum(['features', 'logits', 'loss', 'gradients', 'steps', 'batch-norm']),
  precision: z.enum(['float64', 'float32', 'bfloat16', 'float16']),
  tensorflow: error,
  pytorch: error,
  passed: z.boolean(),
  judged: z.boolean().describe('Whether the rung could fail: features and logits can.'),
  ratio: z
    .number()
    .nullable()
    .describe(
      'Ratio of the larger to the smaller of the two errors at `where`; null where it is not finite.',
    ),
  where: z.string().nullable().describe('Place with the largest ratio of the two errors.'),
  errors: z
    .strictObject({ tensorflow: z.number().nullable(), pytorch: z.number().nullable() })
    .nullable()
    .default(null)
    .describe('Errors of the engines at `where`, whose ratio it is; null in results of earlier versions.'),
})

/** Rounding on one rung: how exact each engine is. */
export type Rounding = z.output<typeof roundingSchema>

/** Compares each engine with its own float64 result. */
export const judgeRoundingMessage = defineMessage({
  name: 'judge-rounding',
  request: z.strictObject({ tensorflow: recordingsSchema, pytorch: recordingsSchema }),
  progress: z.never(),
  result: z.strictObject({ rounding: z.array(roundingSchema) }),
})
