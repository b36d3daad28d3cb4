import * as z from 'zod'
import { defineMessage } from './message.js'

/** Two recordings of one engine: in float64, and in the precision whose rounding is looked at. */
const recordingsSchema = z.strictObject({ exact: z.string(), rounded: z.string() })

const error = z
  .number()
  .nullable()
  .describe(
    "The largest on the rung: root mean square of the engine's differences from its own float64, relative to its values.",
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
      'How many times less exact one engine is than the other at `where`; null where it is not finite.',
    ),
  where: z.string().nullable().describe('The place with the largest ratio of the two errors.'),
})

/** How exact each engine is on one rung. */
export type Rounding = z.output<typeof roundingSchema>

/** Compares each engine with its own float64 result. */
export const judgeRoundingMessage = defineMessage({
  name: 'judge-rounding',
  request: z.strictObject({ tensorflow: recordingsSchema, pytorch: recordingsSchema }),
  progress: z.never(),
  result: z.strictObject({ rounding: z.array(roundingSchema) }),
})
