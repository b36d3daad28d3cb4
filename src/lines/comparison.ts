import * as z from 'zod'
import { comparisonSchema } from '../compare/comparison.js'
import { runResultSchema } from '../protocol/result.js'

const commonFields = {
  comparisonDirectory: z.string().describe("Absolute path of the comparison's folder."),
  name: z.string().describe("Name of the comparison, which is its folder's name."),
  experiment: z.string(),
  mode: z.enum(['aligned', 'idiomatic']),
  status: z
    .enum(['finished', 'failed', 'cancelled', 'running', 'interrupted', 'unreadable'])
    .describe(
      'Status of the comparison. `running`: a process works on it. `interrupted`: no process works on it, and nothing says that it ended. `unreadable`: it ended, and this version of twintune cannot read its result.',
    ),
  startedAt: z.iso.datetime().describe('Time when the comparison began in UTC, as ISO 8601.'),
}

const meanAccuracy = z.number().nullable()

export const comparisonListedLineSchema = z
  .strictObject({
    type: z.literal('comparison-listed'),
    ...commonFields,
    runs: z.int().describe('Number of runs that the comparison has.'),
    finished: z.int().describe('Number of runs that finished.'),
    accuracy: z
      .strictObject({ tensorflow: meanAccuracy, pytorch: meanAccuracy })
      .describe('Mean test accuracy of each framework, 0 to 1; null where no run has finished.'),
    sweep: z
      .string()
      .nullable()
      .describe('Name of the sweep whose best settings are compared here; null for any other comparison.'),
  })
  .meta({ title: 'ComparisonListedLine' })

export const comparisonShownLineSchema = z
  .strictObject({
    type: z.literal('comparison-shown'),
    ...commonFields,
    comparison: comparisonSchema.nullable(),
    results: z.array(runResultSchema).describe('Results of the runs so far.'),
  })
  .meta({ title: 'ComparisonShownLine' })

/** Line of `twintune list --json` about a comparison. */
export type ComparisonListedLine = z.output<typeof comparisonListedLineSchema>

/** Line of `twintune show --json`: all of one comparison. */
export type ComparisonShownLine = z.output<typeof comparisonShownLineSchema>
