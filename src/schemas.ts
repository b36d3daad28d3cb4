import type { z } from 'zod'
import { comparisonSchema as comparison } from './compare/comparison.js'
import { eventSchema as event } from './events.js'
import { failureSchema as failure } from './failure.js'
import type {
  Comparison,
  Event,
  Experiment,
  ExperimentInput,
  Failure,
  RunResult,
  SpecIssue,
} from './index.js'
import { runResultSchema as runResult } from './protocol/result.js'
import { validateIssueSchema as validateIssue } from './spec/issue.js'
import { experimentSchema as experiment } from './spec/schema.js'

// The zod schemas of all that twintune reads and writes as JSON, for programs that read it too.

/** A specification; what it yields has every default filled in. */
export const experimentSchema: z.ZodType<Experiment, ExperimentInput> = experiment

/** A line of `--json` and of events.jsonl. */
export const eventSchema: z.ZodType<Event> = event

/** What result.json holds. */
export const runResultSchema: z.ZodType<RunResult> = runResult

/** What comparison.json holds. */
export const comparisonSchema: z.ZodType<Comparison> = comparison

/** Under `failure` in results and events. */
export const failureSchema: z.ZodType<Failure> = failure

/** A line of `twintune validate --json`. */
export const validateIssueSchema: z.ZodType<{ type: 'issue' } & SpecIssue> = validateIssue
