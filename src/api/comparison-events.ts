import type { Event } from '../events.js'
import { eventStream } from '../run/event-stream.js'
import type { RunOptions } from './run-options.js'
import { withReport } from './write-reports.js'

/**
 * Streams the events of work that carries a comparison out, and writes its report unless the options say otherwise. Trackers
 * are told of them where the options name any.
 */
export async function* comparisonEvents(
  work: (emit: (event: Event) => void, signal: AbortSignal) => Promise<void>,
  { track, report = true, signal }: Pick<RunOptions, 'track' | 'report' | 'signal'>,
): AsyncGenerator<Event, void, void> {
  const told = eventStream(work, signal)
  const events = report ? withReport(told) : told
  if (track === undefined) return yield* events
  const { trackEvents } = await import('../tracking/track-events.js')
  yield* trackEvents(events, track)
}
