import type { z } from 'zod'
import { comparisonSchema as comparison } from './compare/comparison.js'
import { disagreementDetailsSchema as disagreementDetails } from './compare/disagreement.js'
import {
  verificationRecordSchema as verificationRecord,
  verifyEventSchema as verifyEvent,
} from './compare/verification.js'
import { eventSchema as event } from './events.js'
import { failureSchema as failure } from './failure.js'
import type {
  BackboneLine,
  CacheClearedLine,
  CacheEntryLine,
  Comparison,
  ComparisonListedLine,
  ComparisonShownLine,
  DataLine,
  DisagreementDetails,
  DoctorLine,
  EjectLine,
  EvaluationDetails,
  Event,
  Experiment,
  ExperimentInput,
  ExportLine,
  Failure,
  FailureLine,
  FetchLine,
  InitLine,
  LrFindLine,
  PredictionLine,
  PrunedLine,
  ReportLine,
  RunResult,
  SetupLine,
  Sweep,
  SweepEvent,
  SweepListedLine,
  SweepShownLine,
  TrackedLine,
  TrialRecord,
  ValidateIssue,
  ValidSpecLine,
  VerificationRecord,
  VerifyEvent,
  ViewLine,
} from './index.js'
import { backboneLineSchema as backboneLine } from './lines/backbone.js'
import {
  cacheClearedLineSchema as cacheClearedLine,
  cacheEntryLineSchema as cacheEntryLine,
} from './lines/cache.js'
import {
  comparisonListedLineSchema as comparisonListedLine,
  comparisonShownLineSchema as comparisonShownLine,
} from './lines/comparison.js'
import { dataLineSchema as dataLine } from './lines/data.js'
import { doctorLineSchema as doctorLine } from './lines/doctor.js'
import { ejectLineSchema as ejectLine } from './lines/eject.js'
import { exportLineSchema as exportLine } from './lines/export.js'
import { failureLineSchema as failureLine } from './lines/failure.js'
import { fetchLineSchema as fetchLine } from './lines/fetch.js'
import { initLineSchema as initLine } from './lines/init.js'
import { lrFindLineSchema as lrFindLine } from './lines/lr-find.js'
import { predictionLineSchema as predictionLine } from './lines/predict.js'
import { prunedLineSchema as prunedLine } from './lines/prune.js'
import { reportLineSchema as reportLine } from './lines/report.js'
import { setupLineSchema as setupLine } from './lines/setup.js'
import {
  sweepListedLineSchema as sweepListedLine,
  sweepShownLineSchema as sweepShownLine,
} from './lines/sweep.js'
import { trackedLineSchema as trackedLine } from './lines/track.js'
import {
  validateIssueSchema as validateIssue,
  validSpecLineSchema as validSpecLine,
} from './lines/validate.js'
import { viewLineSchema as viewLine } from './lines/view.js'
import { evaluationDetailsSchema as evaluationDetails } from './protocol/evaluation.js'
import { runResultSchema as runResult } from './protocol/result.js'
import { experimentSchema as experiment } from './spec/schema.js'
import { sweepEventSchema as sweepEvent } from './sweep/events.js'
import { sweepRecordSchema as sweepRecord, trialRecordSchema as trialRecord } from './sweep/record.js'

// Zod schemas of all that twintune reads and writes as JSON, for programs that read these files and lines too.

/** Schema of a specification. A parsed specification has every default filled in. */
export const experimentSchema: z.ZodType<Experiment, ExperimentInput> = experiment

/** Schema of a line of `twintune compare --json`, of `twintune train --json` and of events.jsonl. */
export const eventSchema: z.ZodType<Event> = event

/** Schema of result.json, the result of one run. */
export const runResultSchema: z.ZodType<RunResult> = runResult

/** Schema of evaluation.json, the test of one run in detail. */
export const evaluationDetailsSchema: z.ZodType<EvaluationDetails> = evaluationDetails

/** Schema of comparison.json, the comparison of the two frameworks. */
export const comparisonSchema: z.ZodType<Comparison> = comparison

/** Schema of disagreements.json, the test images that the two models of a seed answer differently. */
export const disagreementDetailsSchema: z.ZodType<DisagreementDetails> = disagreementDetails

/** Schema of the field `failure` in results, events and lines. */
export const failureSchema: z.ZodType<Failure> = failure

/** Schema of the last `--json` line of a command that ended before its work was done. */
export const failureLineSchema: z.ZodType<FailureLine> = failureLine

/** Schema of a line of `twintune eject --json`. */
export const ejectLineSchema: z.ZodType<EjectLine> = ejectLine
/** Schema of a line of `twintune lr-find --json`. */
export const lrFindLineSchema: z.ZodType<LrFindLine> = lrFindLine

/** Schema of a line of `twintune verify --json`, but for the last one, which names the report. */
export const verifyEventSchema: z.ZodType<VerifyEvent> = verifyEvent

/** Schema of the file that `twintune verify` leaves for programs, `<experiment>-verify.json`. */
export const verificationRecordSchema: z.ZodType<VerificationRecord> = verificationRecord

/** Schema of a line of `twintune validate --json` about an issue. */
export const validateIssueSchema: z.ZodType<ValidateIssue> = validateIssue

/** Schema of the line of `twintune validate --json` about a valid specification. */
export const validSpecLineSchema: z.ZodType<ValidSpecLine> = validSpecLine

/** Schema of a line of `twintune list --json` about a comparison. */
export const comparisonListedLineSchema: z.ZodType<ComparisonListedLine> = comparisonListedLine

/** Schema of a line of `twintune list --json` about a sweep. */
export const sweepListedLineSchema: z.ZodType<SweepListedLine> = sweepListedLine

/** Schema of the line of `twintune show --json` about a sweep. */
export const sweepShownLineSchema: z.ZodType<SweepShownLine> = sweepShownLine

/** Schema of the line of `twintune show --json` about a comparison. */
export const comparisonShownLineSchema: z.ZodType<ComparisonShownLine> = comparisonShownLine

/** Schema of the line of `twintune data --json`. */
export const dataLineSchema: z.ZodType<DataLine> = dataLine

/** Schema of a line of `twintune doctor --json`. */
export const doctorLineSchema: z.ZodType<DoctorLine> = doctorLine

/** Schema of a line of `twintune setup --json`, before those of `twintune doctor`. */
export const setupLineSchema: z.ZodType<SetupLine> = setupLine

/** Schema of the line of `twintune init --json`. */
export const initLineSchema: z.ZodType<InitLine> = initLine

/** Schema of a line of `twintune fetch --json`. */
export const fetchLineSchema: z.ZodType<FetchLine> = fetchLine

/** Schema of a line of `twintune backbones --json`. */
export const backboneLineSchema: z.ZodType<BackboneLine> = backboneLine

/** Schema of the line of `twintune export --json`. */
export const exportLineSchema: z.ZodType<ExportLine> = exportLine

/** Schema of a line of `twintune cache ls --json`. */
export const cacheEntryLineSchema: z.ZodType<CacheEntryLine> = cacheEntryLine

/** Schema of the line of `twintune cache clear --json`. */
export const cacheClearedLineSchema: z.ZodType<CacheClearedLine> = cacheClearedLine

/** Schema of a line of `twintune predict --json`. */
export const predictionLineSchema: z.ZodType<PredictionLine> = predictionLine

/** Schema of a line of `twintune prune --json`. */
export const prunedLineSchema: z.ZodType<PrunedLine> = prunedLine

/** Schema of a line of `twintune report --json`, and of the last line of `twintune verify --json`. */
export const reportLineSchema: z.ZodType<ReportLine> = reportLine

/** Schema of a line of `twintune track --json`. */
export const trackedLineSchema: z.ZodType<TrackedLine> = trackedLine

/** Schema of the line of `twintune view --json`. */
export const viewLineSchema: z.ZodType<ViewLine> = viewLine

/** Schema of sweep.json, the whole of a sweep. */
export const sweepSchema: z.ZodType<Sweep> = sweepRecord

/** Schema of trial.json, a trial of a sweep in one framework. */
export const trialSchema: z.ZodType<TrialRecord> = trialRecord

/** Schema of a line of `twintune sweep --json`, and of a sweep's events.jsonl. */
export const sweepEventSchema: z.ZodType<SweepEvent> = sweepEvent
