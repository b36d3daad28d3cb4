import { TwintuneError } from '../failure.js'
import type { TrackedLine } from '../lines/track.js'
import { findComparison } from '../run/folder/find.js'
import { keepingModels, type Trackers, trackerTitles } from '../tracking/trackers.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'
import { reportError } from './report-error.js'

export interface TrackOptions extends OutputOptions {
  readonly out: string
  readonly to: Trackers
  readonly trackModels?: boolean
}

/**
 * Carries out `twintune track COMPARISON --to TRACKERS`: sends trackers a comparison that has ended, or that another process
 * carries out. One that fails keeps the others from nothing.
 */
export async function trackCommand(
  comparison: string,
  { json = false, out, to, trackModels = false }: TrackOptions,
  context: CommandContext,
): Promise<number> {
  const found = await findComparison(comparison, out)
  const { trackComparison } = await import('../tracking/track-comparison.js')
  const wanted = trackModels ? keepingModels(to) : to
  const { places, problems } = await trackComparison(found, wanted, context.signal)
  for (const { tracker, place } of places) {
    const line: TrackedLine = { type: 'tracked', tracker, place }
    context.stdout(json ? JSON.stringify(line) : `${trackerTitles[tracker]}: ${visible(place)}`)
  }
  let exitCode: number = exitCodes.done
  for (const { tracker, failure } of problems) {
    const message = `${trackerTitles[tracker]}: ${failure.message}`
    exitCode = await reportError(new TwintuneError({ ...failure, message }), { json }, context)
  }
  return exitCode
}
