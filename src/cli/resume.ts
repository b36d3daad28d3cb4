import { TwintuneError } from '../failure.js'
import { resumeComparison } from '../index.js'
import { isComplete } from '../run/wanted-evidence.js'
import { findComparisonOrSweep } from '../sweep/find.js'
import { visible } from '../visible.js'
import { logToTheEnd, type RunningOptions, runOptionsOf } from './carry-out-and-log.js'
import type { CommandContext } from './context.js'

/** Carries out `twintune resume COMPARISON`: goes on with an interrupted comparison or sweep, in its own folder. */
export async function resumeCommand(
  comparison: string,
  options: RunningOptions,
  context: CommandContext,
): Promise<number> {
  const { out, replay, crossEvaluation } = options
  const { kind, found } = await findComparisonOrSweep(comparison, out)
  if (kind === 'sweep') {
    refuseOptionsOfComparisons(options)
    const { sweepCommand } = await import('./sweep.js')
    return sweepCommand(undefined, { ...options, final: true, resume: found.path }, context)
  }
  if (isComplete(found, { replay, crossEvaluation }))
    context.stderr(`${visible(found.name)} is finished: there is nothing to resume.`)
  const begin = (signal: AbortSignal) => resumeComparison(found.path, runOptionsOf(options, { signal }))
  return logToTheEnd(begin, options, context)
}

function refuseOptionsOfComparisons(options: RunningOptions): void {
  const { serve, track, replay, crossEvaluation, keepCheckpoints } = options
  const given = Object.entries({
    '--serve': serve,
    '--track': track,
    '--replay': replay,
    '--cross-evaluation': crossEvaluation,
    '--keep-checkpoints': keepCheckpoints,
  }).find(([, value]) => value !== undefined && value !== false)
  if (given === undefined) return
  throw new TwintuneError({
    code: 'SPEC_INVALID',
    message: `${given[0]} is for a comparison, and this is a sweep.`,
    hint: `Leave ${given[0]} out.`,
  })
}
