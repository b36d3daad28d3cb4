import type { EvidenceOptions } from '../compare/evidence.js'
import { resumeComparison } from '../index.js'
import { findComparison } from '../run/folder/find.js'
import { isComplete } from '../run/resume-experiment.js'
import { visible } from '../visible.js'
import { logToTheEnd } from './carry-out-and-log.js'
import type { CommandContext, OutputOptions } from './context.js'

export interface ResumeCommandOptions extends OutputOptions, Partial<EvidenceOptions> {
  readonly out: string
  readonly parallel: number
  readonly featureCache: boolean
  readonly hangTimeout?: number
  readonly keepCheckpoints?: boolean
}

/** Carries out `twintune resume COMPARISON`: goes on with an interrupted comparison, in its own folder. */
export async function resumeCommand(
  comparison: string,
  {
    out,
    parallel,
    featureCache,
    hangTimeout,
    keepCheckpoints,
    replay,
    crossEvaluation,
    ...options
  }: ResumeCommandOptions,
  context: CommandContext,
): Promise<number> {
  const found = await findComparison(comparison, out)
  if (isComplete(found, { replay, crossEvaluation }))
    context.stderr(`${visible(found.name)} is finished: there is nothing to resume.`)
  return logToTheEnd(
    resumeComparison(found.path, {
      parallel,
      featureCache,
      hangTimeoutMinutes: hangTimeout,
      keepCheckpoints,
      replay,
      crossEvaluation,
      signal: context.signal,
    }),
    options,
    context,
  )
}
