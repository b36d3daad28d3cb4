import type { Event } from '../events.js'
import { eventStream } from '../run/event-stream.js'
import type { RunOptions } from './run-options.js'

/** Streams the events of work that carries a comparison out, which trackers are told of where the options name any. */
export async function* comparisonEvents(
  work: (emit: (event: Event) => void, signal: AbortSignal) => Promise<void>,
  { track, signal }: Pick<RunOptions, 'track' | 'signal'>,
): AsyncGenerator<Event, void, void> {
  const events = eventStream(work, signal)
  if (track === undefined) return yield* events
  const { trackEvents } = await import('../tracking/track-events.js')
  yield* trackEvents(events, track)
}
