import type { Verification, VerifyEvent } from '../compare/verification.js'
import { renderOptionsFor } from '../log/output.js'
import { recordingProgressPrinter } from '../log/recording-progress.js'
import type { PlannedShortRun } from '../plan/short-run.js'
import type { Perturbation } from '../protocol/perturbation.js'
import { renderFrameworkDifferences } from '../report/framework-differences-table.js'
import { renderVerification } from '../report/parity-table.js'
import { verifyExperiment } from '../run/one-off/verify-experiment.js'
import { visible } from '../visible.js'
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
  const onShortRun = ({ precision }: PlannedShortRun): void => {
    if (!quiet) stderr(`both frameworks: a short run of all phases, in ${precision}`)
  }
  const onProgress = recordingProgressPrinter(stderr, quiet)
  await verifyExperiment(
    experiment,
    { phaseOnly, perturbation: perturb, onProgress, onShortRun },
    onEvent,
    signal,
  )
  if (!verification) return exitCodes.fault
  if (!json) {
    const render = experiment.mode === 'idiomatic' ? renderFrameworkDifferences : renderVerification
    stdout(render(visible(experiment.name), visible(verification), renderOptionsFor(streams.stdout)))
  }
  return verification.passed ? exitCodes.done : exitCodes.parityFailed
}
