import path from 'node:path'
import type { VerifyEvent } from '../../compare/verification.js'
import { type PlannedRecording, recordedExperiment } from '../../plan/plan-recordings.js'
import { describeIdiomaticMessage } from '../../protocol/describe-idiomatic.js'
import { measureDifferencesMessage } from '../../protocol/measure-differences.js'
import type { RecordingProgress } from '../../protocol/progress.js'
import type { RunRequest } from '../../protocol/request-parts.js'
import type { Experiment, Framework } from '../../spec/schema.js'
import { versionsOf, withTemporaryPair } from '../workers/temporary-pair.js'
import { firstRun, temporaryRunRequest } from './temporary-run.js'

export interface ExplainDifferencesOptions {
  /** Callback that is told what a framework's side is doing. */
  readonly onProgress?: (
    framework: Framework,
    recording: PlannedRecording,
    progress: RecordingProgress,
  ) => void
}

const planned: PlannedRecording = { trained: 'phase', precision: 'float64' }

/**
 * Tells the differences between the two libraries of an idiomatic experiment, each with its effect on the first batch of
 * the first phase: TensorFlow's side is described, and PyTorch's is measured against it.
 *
 * @param experiment - Experiment in idiomatic mode, with its shorthands written out.
 * @throws TwintuneError When a framework can't be used, or its data, weights or device.
 */
export async function explainDifferences(
  experiment: Experiment,
  { onProgress }: ExplainDifferencesOptions,
  emit: (event: VerifyEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const progressOf = (framework: Framework) => ({
    signal,
    onProgress: (progress: RecordingProgress) => onProgress?.(framework, planned, progress),
  })
  await withTemporaryPair(
    async (pair) => {
      const { worker: tensorflow, folder } = pair.tensorflow
      const { worker: pytorch } = pair.pytorch
      const reference = path.join(folder, 'reference.safetensors')
      const { description } = await tensorflow.request(
        describeIdiomaticMessage,
        { run: requestOf(experiment, 'tensorflow', folder), images: imagesOf(experiment), reference },
        progressOf('tensorflow'),
      )
      const { differences, unexplained } = await pytorch.request(
        measureDifferencesMessage,
        { run: requestOf(experiment, 'pytorch', folder), description, reference },
        progressOf('pytorch'),
      )
      for (const difference of differences) emit({ type: 'difference', ...difference })
      emit({
        type: 'verify-finished',
        passed: true,
        rungs: [],
        rounding: [],
        shortRuns: [],
        differences,
        unexplained,
        versions: versionsOf(pair),
      })
    },
    { mode: experiment.mode, signal },
  )
}

// BatchNorm in training mode takes two images at least.
function imagesOf(experiment: Experiment): number {
  return Math.max(2, recordedExperiment(experiment, planned).training.batchSize)
}

// The request has the experiment's own precision: idiomatic engines have no other, and the messages bring them to float64.
function requestOf(experiment: Experiment, framework: Framework, runDirectory: string): RunRequest {
  const { precision } = experiment.training
  const recorded = recordedExperiment(experiment, { trained: 'phase', precision })
  return temporaryRunRequest(recorded, firstRun(experiment, framework), runDirectory)
}
