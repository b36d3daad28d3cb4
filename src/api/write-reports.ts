import type { Event } from '../events.js'
import { toFailure } from '../failure.js'
import { now } from '../run/folder/journal.js'

/**
 * Yields the events of a comparison, and writes its report before the last one. A report that can't be written costs a
 * warning: the results are there.
 */
export async function* withReport(events: AsyncIterable<Event>): AsyncGenerator<Event, void, void> {
  for await (const event of events) {
    if (event.type === 'comparison-finished')
      yield* await warningsOf(() => reportOn(event.comparisonDirectory))
    yield event
  }
}

async function reportOn(comparisonDirectory: string): Promise<void> {
  const { readComparison } = await import('../run/folder/read.js')
  const { writeReport } = await import('../page/write-report.js')
  const found = await readComparison(comparisonDirectory)
  if (found?.comparison) writeReport(found)
}

/** Does what may fail to write a report, and gives the warning that tells of a failure. */
export async function warningsOf(write: () => Promise<void>) {
  try {
    await write()
    return []
  } catch (error) {
    const { code, message } = toFailure(error)
    return [
      { type: 'warning' as const, time: now(), code, message: `The report was not written: ${message}` },
    ]
  }
}
