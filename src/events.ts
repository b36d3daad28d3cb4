import * as z from 'zod'
import { comparisonSchema } from './compare/comparison.js'
import { evidenceSchema } from './compare/evidence.js'
import { lookSchema } from './compare/looks.js'
import { mergedSchema } from './compare/merging.js'
import { failureCodes, failureSchema } from './failure.js'
import {
  checkpointReportSchema,
  epochReportSchema,
  evaluationReportSchema,
  phaseFinishedReportSchema,
  phaseStartedReportSchema,
  reportedWarningCodes,
  runPlacedReportSchema,
  runResumedReportSchema,
  stageReportSchema,
  stepReportSchema,
  warningReportSchema,
} from './protocol/progress.js'
import { finishedRunSchema, repeatSchema } from './protocol/result.js'
import { frameworkSchema } from './spec/schema.js'
import { shardSchema } from './spec/shard.js'

// Events, in one union. Events that belong to a run carry its framework and seed, and `repeat` where it is one.

const time = z.iso.datetime().describe('Time of the event in UTC, as ISO 8601.')
const ofComparison = {
  time,
  experiment: z.string(),
  mode: z.enum(['aligned', 'idiomatic']),
  comparisonDirectory: z.string().describe("Path of the comparison's folder."),
  evidence: evidenceSchema.describe('Evidence that is gathered beside the runs.'),
}
const run = { framework: frameworkSchema, seed: z.int(), repeat: repeatSchema }
const plannedRuns = z.array(z.strictObject(run))
const ofRun = { time, ...run }

export const comparisonStartedSchema = z
  .strictObject({
    type: z.literal('comparison-started'),
    ...ofComparison,
    runs: plannedRuns.describe('Runs of the comparison, in the order of their start.'),
    shard: shardSchema
      .optional()
      .describe('Shard that the runs are of a comparison; missing where they are all.'),
    sweep: z
      .string()
      .optional()
      .describe('Name of the sweep whose best settings are compared here; missing for any other comparison.'),
  })
  .describe("The comparison's folder exists and the plan is made; nothing has started yet.")

export const comparisonResumedSchema = z
  .strictObject({
    type: z.literal('comparison-resumed'),
    ...ofComparison,
    runs: plannedRuns.describe('Runs still to be carried out, in the order of their start.'),
    kept: z.int().describe('Number of runs that had finished before, whose results stand.'),
  })
  .describe('An interrupted comparison goes on in its folder; nothing has started yet.')

export const comparisonExtendedSchema = z
  .strictObject({
    type: z.literal('comparison-extended'),
    time,
    comparisonDirectory: z.string().describe("Path of the comparison's folder."),
    experiment: z.string(),
    seeds: z.array(z.int()).describe('All seeds of the comparison, with those that were added at the end.'),
    runs: plannedRuns.describe('Runs that were added, in the order of their start.'),
    specification: z.string().describe('Hash of spec.yaml with these seeds.'),
    looks: z
      .array(lookSchema)
      .describe('Looks at the result of the comparison so far, which the next verdict takes account of.'),
  })
  .describe('Seeds are added to a comparison; `comparison-resumed` follows.')

export const comparisonMergedSchema = z
  .strictObject({
    type: z.literal('comparison-merged'),
    time,
    comparisonDirectory: z.string().describe("Path of the comparison's folder."),
    experiment: z.string(),
    merged: mergedSchema,
    looks: z
      .array(lookSchema)
      .describe('Looks at the results of the parts, which the next verdict takes account of.'),
  })
  .describe('The runs of other folders were joined in this one; the events of these runs follow.')

export const workerSchema = z
  .strictObject({
    type: z.literal('worker'),
    time,
    framework: frameworkSchema,
    state: z.enum(['starting', 'importing', 'ready']),
  })
  .describe('A worker is being started, or imports its framework: before its first run.')

export const runStartedSchema = z
  .strictObject({
    type: z.literal('run-started'),
    ...ofRun,
    workerPid: z.int(),
    pythonPid: z.int(),
  })
  .describe("A run's worker is ready and has the request.")

export const runPlacedSchema = runPlacedReportSchema
  .extend(ofRun)
  .describe('A run is carried out on a node of a cluster, or is taken up there since its node was lost.')

export const runResumedSchema = runResumedReportSchema
  .extend(ofRun)
  .describe('A run goes on from its last checkpoint.')

export const stageSchema = stageReportSchema
  .extend(ofRun)
  .describe('Stage of a run outside its training steps, with progress where the work can be counted.')

export const phaseStartedSchema = phaseStartedReportSchema.extend(ofRun)

export const stepSchema = stepReportSchema
  .extend(ofRun)
  .describe('Progress of a training step. There are at most a few such events a second.')

export const epochSchema = epochReportSchema.extend(ofRun)

export const phaseFinishedSchema = phaseFinishedReportSchema.extend(ofRun)

export const evaluationSchema = evaluationReportSchema.extend(ofRun)

export const checkpointSchema = checkpointReportSchema.extend(ofRun)

/**
 * Every code that a warning can have: those that Python reports, those of the machine and of the answers, and the code of a
 * failure that cost no run.
 */
export const warningCodeSchema = z.enum([
  ...reportedWarningCodes,
  'DISAGREEMENT',
  'SUSPECT_SETTING',
  'MACHINE_BUSY',
  'MACHINES_DIFFER',
  'NO_ROOM',
  'PYTHON_SILENT',
  ...failureCodes,
])

/** Code of a warning, which programs can tell warnings apart by. */
export type WarningCode = z.output<typeof warningCodeSchema>

export const warningSchema = warningReportSchema.extend({
  code: warningCodeSchema,
  time,
  framework: frameworkSchema.optional(),
  seed: z.int().optional(),
  repeat: repeatSchema,
})

export const runFinishedSchema = z.strictObject({
  type: z.literal('run-finished'),
  ...ofRun,
  result: finishedRunSchema,
})

export const runFailedSchema = z.strictObject({
  type: z.literal('run-failed'),
  ...ofRun,
  status: z.enum(['failed', 'cancelled']),
  failure: failureSchema,
})

export const judgingSchema = z
  .strictObject({
    type: z.literal('judging'),
    time,
    framework: frameworkSchema.describe('Framework that judges.'),
    seed: z.int(),
    judged: frameworkSchema.describe('Framework whose run of the seed is judged.'),
    replay: z.boolean().describe('Whether kept steps of the run are taken again.'),
    models: z
      .int()
      .describe('Number of models that are tested. Models of runs with the same split are tested together.'),
  })
  .describe('All runs have ended, and a framework judges a run of the other.')

export const comparisonFinishedSchema = z.strictObject({
  type: z.literal('comparison-finished'),
  time,
  comparisonDirectory: z.string().describe("Path of the comparison's folder."),
  comparison: comparisonSchema,
})

export const eventSchema = z
  .discriminatedUnion('type', [
    comparisonStartedSchema,
    comparisonResumedSchema,
    comparisonExtendedSchema,
    comparisonMergedSchema,
    workerSchema,
    runStartedSchema,
    runPlacedSchema,
    runResumedSchema,
    stageSchema,
    phaseStartedSchema,
    stepSchema,
    epochSchema,
    phaseFinishedSchema,
    evaluationSchema,
    checkpointSchema,
    warningSchema,
    runFinishedSchema,
    runFailedSchema,
    judgingSchema,
    comparisonFinishedSchema,
  ])
  .meta({ title: 'Event' })

/** Event of a comparison: something that happened in it. */
export type Event = z.output<typeof eventSchema>
/** The event with that `type`. */
export type EventOf<Type extends Event['type']> = Extract<Event, { type: Type }>
