import type { RecordedComparison } from '../run/folder/read.js'
import { LiveFeed } from './live-feed.js'

/**
 * Feeds of the comparisons in a folder: the pages of one comparison share what is read and drawn. A feed that is over holds a
 * whole report, and is let go with its last page; so a comparison that was resumed after its end is read anew.
 */
export class FolderFeeds {
  readonly #feeds = new Map<string, LiveFeed>()

  /** Number of the feeds that are kept. */
  get count(): number {
    return this.#feeds.size
  }

  /** Finds the feed of a comparison, or opens it. */
  of(found: RecordedComparison): LiveFeed {
    const known = this.#feeds.get(found.name)
    if (known !== undefined && !known.isOver) return known
    const feed: LiveFeed = new LiveFeed(found, null, () => this.#letGo(found.name, feed))
    this.#feeds.set(found.name, feed)
    return feed
  }

  #letGo(name: string, feed: LiveFeed): void {
    if (this.#feeds.get(name) === feed) this.#feeds.delete(name)
  }
}
