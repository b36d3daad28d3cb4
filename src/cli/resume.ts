import { resumeRun } from '../index.js'
import { findRun } from '../run/folder/find.js'
import { logToTheEnd } from './carry-out-and-log.js'
import type { CommandContext, OutputOptions } from './context.js'

export interface ResumeCommandOptions extends OutputOptions {
  readonly out: string
  readonly parallel: number
  readonly featureCache: boolean
}

/** Carries out `twintune resume RUN`: goes on with an interrupted comparison, in its own folder. */
export async function resumeCommand(
  run: string,
  { out, parallel, featureCache, ...options }: ResumeCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { name, path, status } = await findRun(run, out)
  if (status === 'finished') context.stderr(`${name} is finished: there is nothing to resume.`)
  return logToTheEnd(resumeRun(path, { parallel, featureCache, signal: context.signal }), options, context)
}
