import * as z from 'zod'
import { crossEvaluationSchema, judgeRunMessage } from '../protocol/judge-run.js'
import { frameworkSchema } from '../spec/schema.js'

export const judgementSchema = z
  .strictObject({
    seed: z.int(),
    judged: frameworkSchema.describe('Framework whose run was judged.'),
    judge: frameworkSchema.describe('Framework that took the steps anew and tested the model.'),
    steps: judgeRunMessage.result.shape.steps,
    evaluation: crossEvaluationSchema.nullable(),
    stepsInFloat64: judgeRunMessage.result.shape.steps.describe(
      'The same steps, each taken in float64 by both frameworks from the state before it. Empty unless they were asked for.',
    ),
  })
  .meta({ title: 'Judgement' })

/** Judgement of one framework's run by the other: its kept steps taken anew, and its model tested. */
export type Judgement = z.output<typeof judgementSchema>
