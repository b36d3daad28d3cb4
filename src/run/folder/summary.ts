import * as z from 'zod'
import { verdictSchema } from '../../compare/comparison.js'
import { runsOfFramework } from '../../compare/pairs.js'
import { type Framework, frameworkSchema } from '../../spec/schema.js'
import { comparisonFiles } from './files.js'
import type { Listed, ListedKind } from './listing.js'
import { type RecordedComparison, readComparison } from './read.js'

const meanAccuracy = z.number().nullable()

/** Schema of a comparison as lists show it. */
const summarySchema = z.strictObject({
  status: z.enum(['finished', 'failed', 'cancelled', 'running', 'interrupted', 'unreadable']),
  experiment: z.string(),
  mode: z.enum(['aligned', 'idiomatic']),
  startedAt: z.string(),
  runs: z.int(),
  finished: z.int(),
  seeds: z.int(),
  verdict: verdictSchema.nullable(),
  accuracy: z.strictObject({ tensorflow: meanAccuracy, pytorch: meanAccuracy }),
  sweep: z.string().nullable(),
})

/** Comparison as lists show it. */
export type ListedComparison = Listed<z.output<typeof summarySchema>>

/** Comparisons, as lists know them. */
export const listedComparisons: ListedKind<z.output<typeof summarySchema>> = {
  kind: 'comparisons',
  schema: summarySchema,
  files: [comparisonFiles.comparison, comparisonFiles.events],
  async read(folder) {
    const recorded = await readComparison(folder)
    return recorded && { summary: summarize(recorded), hasEnded: recorded.comparison !== null }
  },
}

/** Sums a comparison up for a list. */
function summarize(recorded: RecordedComparison): z.output<typeof summarySchema> {
  const { status, started, comparison, results } = recorded
  return {
    status,
    experiment: started.experiment,
    mode: started.mode,
    startedAt: started.time,
    runs: started.runs.length,
    finished: results.filter((result) => result.status === 'finished').length,
    seeds: new Set(started.runs.map(({ seed }) => seed)).size,
    verdict: comparison?.metrics[comparison.primaryMetric].difference?.verdict ?? null,
    accuracy: Object.fromEntries(
      frameworkSchema.options.map((framework) => [framework, accuracyOf(framework, recorded)]),
    ) as Record<Framework, number | null>,
    sweep: started.sweep ?? null,
  }
}

function accuracyOf(framework: Framework, { results }: RecordedComparison): number | null {
  const accuracies = runsOfFramework(framework, results).flatMap(({ test }) => test?.accuracy ?? [])
  if (accuracies.length === 0) return null
  return accuracies.reduce((total, accuracy) => total + accuracy, 0) / accuracies.length
}
