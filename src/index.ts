export { backbones } from './api/backbones.js'
export { type ComparisonInFolder, compare } from './api/compare.js'
export { type DescribeDataOptions, describeData } from './api/describe-data.js'
export { type Diagnosis, doctor } from './api/doctor.js'
export { eject } from './api/eject.js'
export { type ExportOptions, exportModel } from './api/export-model.js'
export { extend } from './api/extend.js'
export { type FindLearningRatesOptions, findLearningRates } from './api/find-learning-rates.js'
export { type LoadModelOptions, loadModel } from './api/load-model.js'
export { type FindOptions, listComparisons, openComparison } from './api/open-comparison.js'
export { resumeComparison } from './api/resume-comparison.js'
export { runExperiment } from './api/run-experiment.js'
export type { ResumeOptions, RunOptions } from './api/run-options.js'
export type { Predictions, RunName, SavedComparison } from './api/saved-comparison.js'
export { type VerifyOptions, verify } from './api/verify.js'
export { withWarmWorkers } from './api/with-warm-workers.js'
export { writeReport, writeSideBySide } from './api/write-report.js'
export type { CancelSignal } from './cancellation.js'
export { AllRunsFailedError } from './compare/all-runs-failed.js'
export type {
  Comparison,
  ContractRow,
  Difference,
  MetricComparison,
  PairedEstimate,
  ThroughputComparison,
} from './compare/comparison.js'
export type { Disagreement, DisagreementDetails } from './compare/disagreement.js'
export type { EvidenceOptions } from './compare/evidence.js'
export type { Judgement } from './compare/judgement.js'
export type { Look } from './compare/looks.js'
export type { Distance, Noise, NoiseRow } from './compare/noise.js'
export type { MetricSummary } from './compare/summary.js'
export type { ShortRunRow, Verification, VerificationRecord, VerifyEvent } from './compare/verification.js'
export type { EjectedScripts, EjectOptions } from './eject/eject.js'
export type { Event, EventOf, WarningCode } from './events.js'
export { type Failure, type FailureCode, TwintuneError } from './failure.js'
export type { Candidate } from './init/candidate.js'
export type { BackboneLine } from './lines/backbone.js'
export type { CacheClearedLine, CacheEntryLine } from './lines/cache.js'
export type { ComparisonListedLine, ComparisonShownLine } from './lines/comparison.js'
export type { DataLine } from './lines/data.js'
export type { DoctorLine, Examination, Machine, Room } from './lines/doctor.js'
export type { EjectLine } from './lines/eject.js'
export type { ExportLine } from './lines/export.js'
export type { FailureLine } from './lines/failure.js'
export type { FetchLine } from './lines/fetch.js'
export type { InitLine } from './lines/init.js'
export type { LrFindLine } from './lines/lr-find.js'
export type { PredictionLine } from './lines/predict.js'
export type { PrunedLine } from './lines/prune.js'
export type { ReportLine } from './lines/report.js'
export type { SetupLine } from './lines/setup.js'
export type { TrackedLine } from './lines/track.js'
export type { ValidateIssue } from './lines/validate.js'
export type { ViewLine } from './lines/view.js'
export type { DataDescription } from './protocol/describe-data.js'
export type { EvaluationDetails } from './protocol/evaluation.js'
export type { ExportFormat } from './protocol/export-format.js'
export type { ExportedArtefact, ExportReply } from './protocol/export-model.js'
export type { EpochImages, Facts, TrainedPhase } from './protocol/facts.js'
export type { LearningRateCurve } from './protocol/find-learning-rate.js'
export type { Inspection } from './protocol/inspect.js'
export type { Rounding } from './protocol/judge-rounding.js'
export type { CrossEvaluation, ReplayedStep } from './protocol/judge-run.js'
export type { Rung } from './protocol/judge-rungs.js'
export type { TrainedModelDescription } from './protocol/load-model.js'
export type { FrameworkDifference } from './protocol/measure-differences.js'
export type { Perturbation } from './protocol/perturbation.js'
export type { ClassProbability } from './protocol/predict.js'
export type { SweepProgress } from './protocol/progress.js'
export type { Trained } from './protocol/request-parts.js'
export type {
  EpochRecord,
  EvaluationMetrics,
  FinishedRun,
  RunResult,
  StepProfile,
  TrainingMetrics,
  UnfinishedRun,
} from './protocol/result.js'
export type {
  ExecutorOptions,
  LocalExecutorOptions,
  RayExecutorOptions,
} from './run/executors/executor.js'
export type { ModelExport } from './run/one-off/export-model.js'
export type { LearningRateSweep } from './run/one-off/find-learning-rate.js'
export type { Prediction, PredictOptions, TrainedModel } from './run/one-off/trained-model.js'
export type { WarmWorkers } from './run/workers/warm-workers.js'
export type { ComparisonSettings, MetricName, Purpose } from './spec/comparison-schema.js'
export { defineExperiment } from './spec/define-experiment.js'
export type { SpecIssue } from './spec/issue.js'
export { type LoadOptions, loadExperiment } from './spec/load.js'
export type { Experiment, ExperimentInput, Framework } from './spec/schema.js'
export { SpecError } from './spec/spec-error.js'
export type { Phase } from './spec/training-schema.js'
export type { Trackers } from './tracking/trackers.js'
