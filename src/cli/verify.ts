import type { Verification, VerifyEvent } from '../compare/verification.js'
import { frameworkNames } from '../framework-names.js'
import { renderOptionsFor } from '../log/output.js'
import type { PlannedRecording } from '../plan/plan-recordings.js'
import type { Perturbation } from '../protocol/perturbation.js'
import type { RecordingProgress } from '../protocol/progress.js'

import { renderFrameworkDifferences } from '../report/framework-differences-table.js'
import { recordingName, renderVerification } from '../report/parity-table.js'
import { verifyExperiment } from '../run/one-off/verify-experiment.js'
import type { Framework } from '../spec/schema.js'
import type { CommandContext, SpecOptions } from './context.js'
import { exitCodes } from './exit-code.js'
import { loadSpec } from './load-spec.js'

export interface VerifyCommandOptions extends SpecOptions {
  readonly phaseOnly?: boolean
  readonly perturb?: Perturbation
}

/** Carries out `twintune verify SPEC`: the parity ladder, from the pixels to ten steps of training; in idiomatic mode what differs. */
export async function verifyCommand(
  spec: string,
  options: VerifyCommandOptions,
  { stdout, stderr, streams, signal, cwd }: CommandContext,
): Promise<number> {
  const { json = false, quiet = false, phaseOnly = false, perturb = null } = options
  const experiment = await loadSpec(spec, options, { cwd, signal })
  let verification: Verification | undefined
  const onEvent = (event: VerifyEvent): void => {
    if (json) stdout(JSON.stringify(event))
    if (event.type === 'verify-finished') verification = event
  }
  const onProgress = progressPrinter(stderr, quiet)
  await verifyExperiment(experiment, { phaseOnly, perturbation: perturb, onProgress }, onEvent, signal)
  if (!verification) return exitCodes.fault
  if (!json) {
    const render = experiment.mode === 'idiomatic' ? renderFrameworkDifferences : renderVerification
    stdout(render(experiment.name, verification, renderOptionsFor(streams.stdout)))
  }
  return verification.passed ? exitCodes.done : exitCodes.parityFailed
}

const stages = {
  data: 'reading the data',
  build: 'building the model',
  features: 'one batch, forward and backward',
  evaluate: 'ten steps',
} as const satisfies Record<Extract<RecordingProgress, { type: 'stage' }>['stage'], string>

/** Prints a line where something begins, and each warning; where it should be quiet, warnings alone. */
export function progressPrinter(
  print: (line: string) => void,
  quiet: boolean,
): (framework: Framework, recording: PlannedRecording, progress: RecordingProgress) => void {
  const told = new Set<string>()
  // Each recording finds the same in the data, and each step is told of.
  const printOnce = (line: string): void => {
    if (!told.has(line)) print(line)
    told.add(line)
  }
  return (framework, recording, progress) => {
    const name = frameworkNames[framework]
    if (progress.type === 'warning') printOnce(`warning ${name}: ${progress.message}`)
    else if (!quiet) printOnce(`${name}, ${recordingName(recording)}: ${stages[progress.stage]}`)
  }
}
