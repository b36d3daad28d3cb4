import path from 'node:path'
import type { Verification, VerifyEvent } from '../compare/verification.js'
import { recordingProgressPrinter } from '../log/recording-progress.js'
import type { PlannedShortRun } from '../plan/short-run.js'
import type { Perturbation } from '../protocol/perturbation.js'
import { writing } from '../run/folder/writing.js'
import { makeFolders } from '../run/machine/folders.js'
import { verifyExperiment } from '../run/one-off/verify-experiment.js'
import type { CommandContext, SpecOptions } from './context.js'
import { exitCodes } from './exit-code.js'
import { loadSpec } from './load-spec.js'
import { tellVerification } from './tell-verification.js'
import { warnOfCache } from './warn-of-cache.js'

export interface VerifyCommandOptions extends SpecOptions {
  readonly out: string
  /** Whether a report is written. */
  readonly report?: boolean
  readonly phaseOnly?: boolean
  /** Number of devices that share each batch, as it was typed. */
  readonly devices?: string
  readonly perturb?: Perturbation
}

/** Carries out `twintune verify SPEC`: the parity ladder, from the pixels to ten steps of training; in idiomatic mode what differs. */
export async function verifyCommand(
  spec: string,
  options: VerifyCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { json = false, quiet = false, phaseOnly = false, perturb = null, out, report = true } = options
  const { stdout, stderr, signal, cwd } = context
  const experiment = await loadSpec(spec, withDevices(options), { cwd, signal })
  warnOfCache(context)
  const folder = report ? path.resolve(cwd, out) : null
  // The folder is made before the work, which takes minutes and would be lost without it.
  if (folder !== null) writing(folder, () => makeFolders(folder))
  const startedAt = new Date().toISOString()
  let verification: Verification | undefined
  const onEvent = (event: VerifyEvent): void => {
    if (json) stdout(JSON.stringify(event))
    if (event.type !== 'verify-finished') return
    const { type: _, ...finished } = event
    verification = finished
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
  tellVerification(
    {
      ...{ schemaVersion: 1, startedAt, experiment },
      ...{ firstPhaseAlone: phaseOnly, perturbation: perturb, verification },
    },
    { folder, json, quiet },
    context,
  )
  return verification.passed ? exitCodes.done : exitCodes.parityFailed
}

// The specification says what is wrong with the number, and which other settings don't go with it.
function withDevices({ devices, ...options }: VerifyCommandOptions): VerifyCommandOptions {
  if (devices === undefined) return options
  return { ...options, set: [...(options.set ?? []), `training.dataParallel.devices=${devices}`] }
}
