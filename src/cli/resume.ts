import { resumeComparison } from '../index.js'
import { findComparison } from '../run/folder/find.js'
import type { EvidenceOptions } from '../run/judge-runs.js'
import { logToTheEnd } from './carry-out-and-log.js'
import type { CommandContext, OutputOptions } from './context.js'

export interface ResumeCommandOptions extends OutputOptions, EvidenceOptions {
  readonly out: string
  readonly parallel: number
  readonly featureCache: boolean
}

/** Carries out `twintune resume COMPARISON`: goes on with an interrupted comparison, in its own folder. */
export async function resumeCommand(
  comparison: string,
  { out, parallel, featureCache, replay, crossEvaluation, ...options }: ResumeCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { name, path, status } = await findComparison(comparison, out)
  if (status === 'finished') context.stderr(`${name} is finished: there is nothing to resume.`)
  return logToTheEnd(
    resumeComparison(path, { parallel, featureCache, replay, crossEvaluation, signal: context.signal }),
    options,
    context,
  )
}
