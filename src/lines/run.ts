import * as z from 'zod'
import { comparisonSchema } from '../compare/comparison.js'
import { runResultSchema } from '../protocol/result.js'

const runFields = {
  comparisonDirectory: z.string().describe("Absolute path of the comparison's folder."),
  name: z.string().describe("Name of the comparison, which is its folder's name."),
  experiment: z.string(),
  mode: z.enum(['aligned', 'idiomatic']),
  status: z
    .enum(['finished', 'failed', 'cancelled', 'running', 'interrupted'])
    .describe(
      'Status of the comparison. `running`: a process works on it. `interrupted`: no process works on it, and nothing says that it ended.',
    ),
  startedAt: z.iso.datetime().describe('Time when the comparison began in UTC, as ISO 8601.'),
}

const meanAccuracy = z.number().nullable()

export const runListedLineSchema = z
  .strictObject({
    type: z.literal('run-listed'),
    ...runFields,
    runs: z.int(),
    finished: z.int(),
    accuracy: z
      .strictObject({ tensorflow: meanAccuracy, pytorch: meanAccuracy })
      .describe('Mean test accuracy of each framework, 0 to 1; null where no run has finished.'),
  })
  .meta({ title: 'RunListedLine' })

export const runShownLineSchema = z
  .strictObject({
    type: z.literal('run-shown'),
    ...runFields,
    comparison: comparisonSchema.nullable(),
    results: z.array(runResultSchema).describe('Results of the runs so far.'),
  })
  .meta({ title: 'RunShownLine' })

/** A line of `twintune list --json`: one run folder. */
export type RunListedLine = z.output<typeof runListedLineSchema>

/** The line of `twintune show --json`: all of one run folder. */
export type RunShownLine = z.output<typeof runShownLineSchema>
