import type { Event } from '../events.js'
import { now } from '../run/folder/journal.js'
import { type Trackers, trackerTitles } from './trackers.js'
import { Tracking } from './tracking.js'

/**
 * Yields the events of a comparison that is carried out, and has trackers told of them. A tracker that fails costs a warning
 * among the events, and nothing else. Files that the reader writes when the last event comes, such as the report, are
 * among the artefacts.
 */
export async function* trackEvents(
  events: AsyncIterable<Event>,
  trackers: Trackers,
): AsyncGenerator<Event, void, void> {
  const warnings: Event[] = []
  const tracking = await Tracking.open(trackers, {
    onProblem: ({ tracker, failure: { code, message, hint } }) => {
      const text = [`${trackerTitles[tracker]} gets no more: ${message}`, hint ?? []].flat().join(' ')
      warnings.push({ type: 'warning', time: now(), code, message: text })
    },
  })
  try {
    for await (const event of events) {
      yield event
      tracking.notice(event)
      yield* warnings.splice(0)
    }
  } finally {
    await tracking.end()
  }
  yield* warnings.splice(0)
}
