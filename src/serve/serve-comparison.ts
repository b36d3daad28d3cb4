import type { Event } from '../events.js'
import { readComparison } from '../run/folder/read.js'
import { requireSameOrigin } from './guard.js'
import { LiveFeed } from './live-feed.js'
import { addScript, answerEvents, answerLivePage } from './live-pages.js'
import { type ServerAddress, startServer } from './server.js'

/** Live page of the comparison that this process carries out. */
export interface ServedComparison {
  /** Address for a browser, with the token. */
  readonly url: string
  /** Signal that is aborted when the comparison is cancelled, on the page or by the caller. */
  readonly signal: AbortSignal
  /** Takes note of an event: the first one that names the comparison's folder begins the page. */
  log(event: Event): void
  /** Shows the report to those who have the page open, with a note on where it is to be found, and ends the server. */
  end(note: string): Promise<void>
  /** Shows that the comparison broke off, and ends the server. */
  breakOff(message: string): Promise<void>
}

/** Time for open pages to take the report: some are on slow lines, and some of their machines asleep. */
const millisecondsForLastAnswers = 5000

/**
 * Starts the server of the live page, before the comparison begins.
 *
 * @param cancelSignal - Signal by which the caller cancels the comparison.
 * @throws TwintuneError ADDRESS_UNAVAILABLE where the server can't listen there.
 */
export async function serveComparison(
  address: ServerAddress,
  cancelSignal: AbortSignal,
): Promise<ServedComparison> {
  const cancelling = new AbortController()
  const signal = AbortSignal.any([cancelSignal, cancelling.signal])
  const own = { isCancelling: () => signal.aborted }
  let begin = (_feed: Promise<LiveFeed | null> | null): void => {}
  const begun = new Promise<LiveFeed | null>((resolve) => {
    begin = resolve
  })
  const openFeed = async (folder: string): Promise<LiveFeed | null> => {
    const found = await readComparison(folder).catch(() => undefined)
    return found === undefined ? null : new LiveFeed(found, own)
  }
  const nothing = 'The comparison ended before it began.'

  const server = await startServer(address, (app) => {
    addScript(app)
    app.get('/', async (context) => {
      const feed = await begun
      if (feed === null) return context.text(nothing, 503)
      const eventsPath = `/comparisons/${encodeURIComponent(feed.name)}/events`
      return answerLivePage(context, feed, { title: feed.experiment, eventsPath, hasList: false })
    })
    // A page that was left open may be that of an earlier comparison, which this port served then.
    const named = async (name: string) => {
      const feed = await begun
      return feed?.name === name ? feed : null
    }
    app.get('/comparisons/:name/events', async (context) => {
      const feed = await named(context.req.param('name'))
      return feed === null ? context.notFound() : answerEvents(context, feed)
    })
    app.post('/comparisons/:name/cancel', requireSameOrigin(), async (context) => {
      const feed = await named(context.req.param('name'))
      if (feed === null) return context.notFound()
      cancelling.abort()
      await feed.refresh()
      return context.body(null, 202)
    })
  })

  return {
    url: server.url,
    signal,
    log(event) {
      // A complete comparison that is resumed has its end alone to tell.
      if (
        event.type === 'comparison-started' ||
        event.type === 'comparison-resumed' ||
        event.type === 'comparison-finished'
      )
        begin(openFeed(event.comparisonDirectory))
    },
    async end(note) {
      begin(null)
      await (await begun)?.end(note)
      await server.close(millisecondsForLastAnswers)
    },
    async breakOff(message) {
      begin(null)
      await (await begun)?.breakOff(message)
      await server.close(millisecondsForLastAnswers)
    },
  }
}
