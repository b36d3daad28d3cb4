import { rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { ShortRunRow, VerifyEvent } from '../../compare/verification.js'
import { TwintuneError } from '../../failure.js'
import { checkPerturbation } from '../../plan/check-perturbation.js'
import { expandShorthands } from '../../plan/expand-shorthands.js'
import { type PlannedRecording, planRecordings, recordedExperiment } from '../../plan/plan-recordings.js'
import { type PlannedShortRun, planShortRuns } from '../../plan/short-run.js'
import { judgeRoundingMessage, type Rounding } from '../../protocol/judge-rounding.js'
import { judgeRungsMessage, type Rung } from '../../protocol/judge-rungs.js'
import type { Perturbation } from '../../protocol/perturbation.js'
import type { RecordingProgress } from '../../protocol/progress.js'
import { recordRungsMessage } from '../../protocol/record-rungs.js'
import type { Experiment, Framework } from '../../spec/schema.js'
import type { Worker } from '../../worker/worker.js'
import {
  type OfEach,
  type TemporaryWorker,
  versionsOf,
  withTemporaryPair,
} from '../workers/temporary-pair.js'
import { checkData } from './check-data.js'
import { explainDifferences } from './explain-differences.js'
import { carryOutShortRun } from './short-run.js'
import { firstRun, temporaryRunRequest } from './temporary-run.js'

export interface VerifyExperimentOptions {
  /** Whether the recordings in which everything trains are left out. */
  readonly phaseOnly: boolean
  /** Difference to plant in PyTorch, to see that the ladder finds it; `null` for none. */
  readonly perturbation: Perturbation | null
  /** Callback that is told what an engine is doing, and for which recording. */
  readonly onProgress?: (
    framework: Framework,
    recording: PlannedRecording,
    progress: RecordingProgress,
  ) => void
  /** Callback that is told of each short run as it begins. */
  readonly onShortRun?: (planned: PlannedShortRun) => void
}

/**
 * Climbs the parity ladder of an experiment with its first seed: both engines record what they compute on the same
 * batches, and each rung is told as soon as both sides of it are there. In idiomatic mode, where no rung could hold, it
 * tells what differs instead. Nothing is kept.
 *
 * @throws TwintuneError When the experiment isn't of both frameworks, or when one of them can't be used, or its data,
 * weights or device.
 */
export async function verifyExperiment(
  specification: Experiment,
  options: VerifyExperimentOptions,
  emit: (event: VerifyEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  checkFrameworks(specification)
  const experiment = expandShorthands(specification)
  const { perturbation } = options
  if (experiment.mode === 'idiomatic') {
    if (perturbation !== null) throw nothingToPlant()
    if (options.phaseOnly) throw nothingToLeaveOut()
    await checkData(specification, signal)
    await explainDifferences(experiment, options, emit, signal)
    return
  }
  if (perturbation !== null) {
    if (experiment.training.dataParallel) throw plantedOnOneDevice()
    const planned = planRecordings(experiment, options)
    checkPerturbation(
      perturbation,
      planned.map((recording) => recordedExperiment(experiment, recording)),
    )
  }
  await checkData(specification, signal)
  // Both compute at once, so that each gets half of the cores.
  const share = { TWINTUNE_CORES: String(Math.max(1, Math.floor(os.availableParallelism() / 2))) }
  await withTemporaryPair((recorders) => new Ladder(experiment, options, signal, recorders).climb(emit), {
    mode: experiment.mode,
    signal,
    environment: share,
  })
}

class Ladder {
  readonly #experiment: Experiment
  readonly #options: VerifyExperimentOptions
  readonly #signal: AbortSignal
  readonly #recorders: OfEach<TemporaryWorker>

  constructor(
    experiment: Experiment,
    options: VerifyExperimentOptions,
    signal: AbortSignal,
    recorders: OfEach<TemporaryWorker>,
  ) {
    this.#experiment = experiment
    this.#options = options
    this.#signal = signal
    this.#recorders = recorders
  }

  async climb(emit: (event: VerifyEvent) => void): Promise<void> {
    const rungs: Rung[] = []
    const rounding: Rounding[] = []
    let exact: OfEach<string> | undefined
    for (const planned of planRecordings(this.#experiment, this.#options)) {
      const files = await this.#recordBoth(planned)
      // The first recordings are those of the phase in float64, which the rounding is measured from.
      exact ??= files
      if (planned.precision === 'float64') {
        const judged = await this.#judgeRungs(files, planned)
        for (const rung of judged) emit({ type: 'rung', ...rung })
        rungs.push(...judged)
      } else {
        const judged = await this.#judgeRounding(exact, files)
        for (const each of judged) emit({ type: 'rounding', ...each })
        rounding.push(...judged)
      }
      // Large recordings are deleted as soon as they can be: a temporary folder may be in memory.
      if (files !== exact) await Promise.all(Object.values(files).map((file) => rm(file)))
    }
    const shortRuns = await this.#carryOutShortRuns(emit)
    const passed =
      [...rungs, ...rounding].every((judged) => judged.passed) &&
      shortRuns.every(({ state }) => state !== 'different')
    emit({
      type: 'verify-finished',
      ...{ passed, rungs, rounding, shortRuns, differences: [], unexplained: null },
      versions: versionsOf(this.#recorders),
    })
  }

  // A planted difference is in the recordings alone.
  async #carryOutShortRuns(emit: (event: VerifyEvent) => void): Promise<ShortRunRow[]> {
    const { phaseOnly, perturbation, onShortRun } = this.#options
    if (phaseOnly || perturbation !== null) return []
    const rows: ShortRunRow[] = []
    for (const planned of planShortRuns(this.#experiment)) {
      onShortRun?.(planned)
      const found = await carryOutShortRun(planned, this.#recorders, this.#signal)
      const ofRun = found.map((row) => ({ precision: planned.precision, ...row }))
      for (const row of ofRun) emit({ type: 'short-run', ...row })
      rows.push(...ofRun)
    }
    return rows
  }

  async #recordBoth(planned: PlannedRecording): Promise<OfEach<string>> {
    const [tensorflow, pytorch] = await Promise.all([
      this.#record('tensorflow', planned, null),
      this.#record('pytorch', planned, this.#options.perturbation),
    ])
    return { tensorflow, pytorch }
  }

  async #record(
    framework: Framework,
    planned: PlannedRecording,
    perturbation: Perturbation | null,
  ): Promise<string> {
    const { worker, folder } = this.#recorders[framework]
    const { onProgress } = this.#options
    const { trained, precision } = planned
    const recording = path.join(folder, `${trained}-${precision}.safetensors`)
    const recorded = recordedExperiment(this.#experiment, planned)
    const run = temporaryRunRequest(recorded, firstRun(recorded, framework), folder)
    await worker.request(
      recordRungsMessage,
      { run, trained, perturbation, recording },
      { signal: this.#signal, onProgress: (progress) => onProgress?.(framework, planned, progress) },
    )
    return recording
  }

  async #judgeRungs(files: OfEach<string>, { trained }: PlannedRecording): Promise<readonly Rung[]> {
    const { rungs } = await this.#judge.request(
      judgeRungsMessage,
      { ...files, trained },
      { signal: this.#signal },
    )
    return rungs
  }

  async #judgeRounding(exact: OfEach<string>, rounded: OfEach<string>): Promise<readonly Rounding[]> {
    const recordingsOf = (framework: Framework) => ({ exact: exact[framework], rounded: rounded[framework] })
    const { rounding } = await this.#judge.request(
      judgeRoundingMessage,
      { tensorflow: recordingsOf('tensorflow'), pytorch: recordingsOf('pytorch') },
      { signal: this.#signal },
    )
    return rounding
  }

  /** Worker that judges the recordings, which needs a Python and no framework. */
  get #judge(): Worker {
    return this.#recorders.pytorch.worker
  }
}

function checkFrameworks({ frameworks }: Experiment): void {
  if (frameworks.length > 1) return
  throw new TwintuneError({
    code: 'SPEC_INVALID',
    message: `verify holds two frameworks against each other, and frameworks names ${frameworks[0]} alone.`,
    hint: 'Leave frameworks out, or set frameworks=[tensorflow,pytorch].',
  })
}

function nothingToLeaveOut(): TwintuneError {
  return new TwintuneError({
    code: 'SPEC_INVALID',
    message: 'In idiomatic mode verify looks at the first phase alone, and --phase-only leaves out nothing.',
    hint: 'Leave --phase-only out, or set mode=aligned.',
  })
}

function plantedOnOneDevice(): TwintuneError {
  return new TwintuneError({
    code: 'SPEC_INVALID',
    message: 'A difference is planted in a model on one device, and training.dataParallel has several.',
    hint: 'Leave --perturb out, or --devices and training.dataParallel.',
  })
}

function nothingToPlant(): TwintuneError {
  return new TwintuneError({
    code: 'PERTURBATION_WITHOUT_EFFECT',
    message: 'In idiomatic mode no bound is held that a planted difference could break.',
    hint: 'Leave --perturb out, or set mode=aligned.',
  })
}
