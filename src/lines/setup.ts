import * as z from 'zod'
import { setupStepSchema } from '../setup/step.js'

export const setupLineSchema = z
  .strictObject({ type: z.literal('setup'), ...setupStepSchema.shape })
  .meta({ title: 'SetupLine' })

/** Line of `twintune setup --json`: a step that is done. The lines of `doctor` follow. */
export type SetupLine = z.output<typeof setupLineSchema>
