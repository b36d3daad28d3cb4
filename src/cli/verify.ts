import path from 'node:path'
import type { Verification, VerifyEvent } from '../compare/verification.js'
import { toFailure } from '../failure.js'
import type { ReportLine } from '../lines/report.js'
import { renderOptionsFor } from '../log/output.js'
import { recordingProgressPrinter } from '../log/recording-progress.js'
import { renderVerificationPage } from '../page/verification-page.js'
import { writePage } from '../page/write-page.js'
import type { PlannedShortRun } from '../plan/short-run.js'
import type { Perturbation } from '../protocol/perturbation.js'
import { renderFrameworkDifferences } from '../report/framework-differences-table.js'
import { renderVerification } from '../report/parity-table.js'
import { makeFolders, writing } from '../run/folder/writing.js'
import { verifyExperiment } from '../run/one-off/verify-experiment.js'
import { visible } from '../visible.js'
import type { CommandContext, SpecOptions } from './context.js'
import { exitCodes } from './exit-code.js'
import { loadSpec } from './load-spec.js'

export interface VerifyCommandOptions extends SpecOptions {
  readonly out: string
  /** Whether a report is written. */
  readonly report?: boolean
  readonly phaseOnly?: boolean
  readonly perturb?: Perturbation
}

/** Carries out `twintune verify SPEC`: the parity ladder, from the pixels to ten steps of training; in idiomatic mode what differs. */
export async function verifyCommand(
  spec: string,
  options: VerifyCommandOptions,
  { stdout, stderr, streams, signal, cwd }: CommandContext,
): Promise<number> {
  const { json = false, quiet = false, phaseOnly = false, perturb = null, out, report = true } = options
  const experiment = await loadSpec(spec, options, { cwd, signal })
  const folder = path.resolve(cwd, out)
  // The folder is made before the work, which takes minutes and would be lost without it.
  if (report) writing(folder, () => makeFolders(folder))
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
  if (!json) {
    const render = experiment.mode === 'idiomatic' ? renderFrameworkDifferences : renderVerification
    stdout(render(visible(experiment.name), visible(verification), renderOptionsFor(streams.stdout)))
  }
  if (report) {
    const file = path.join(folder, `${experiment.name}-verify.html`)
    const page = renderVerificationPage({ experiment, perturbation: perturb, startedAt, verification })
    // The result has been told, whatever becomes of the report.
    try {
      writePage(file, page)
      const line: ReportLine = { type: 'report', report: file }
      if (json) stdout(JSON.stringify(line))
      else if (!quiet) stdout(`\nReport: ${visible(file)}`)
    } catch (error) {
      stderr(`warning The report was not written: ${visible(toFailure(error).message)}`)
    }
  }
  return verification.passed ? exitCodes.done : exitCodes.parityFailed
}
