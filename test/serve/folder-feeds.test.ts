import { describe, expect, it } from 'vitest'
import { FolderFeeds } from '../../src/serve/folder-feeds.js'
import { compareEvents } from '../log/events.js'
import { addEvents, recordedIn, temporaryFolder, writeComparison } from './rig.js'

const runs = temporaryFolder()
const events = compareEvents()

describe('the feeds of a folder', () => {
  it('are shared by the pages of a comparison, and let go with the last page of one that is over', async () => {
    const folder = writeComparison(runs, 'followed', events.slice(0, -1))
    const found = await recordedIn(folder)
    const feeds = new FolderFeeds()
    const pages = [feeds.of(found), feeds.of(found)].map((feed) =>
      feed.follow(0, 60_000, new AbortController().signal),
    )
    for (const page of pages) await page.next()
    expect(feeds.count).toBe(1)
    addEvents(folder, events.slice(-1))
    await feeds.of(found).refresh()
    const [one, other] = pages
    await one?.return()
    expect(feeds.count).toBe(1)
    await other?.return()
    expect(feeds.count).toBe(0)
  })

  it('are let go where a page was drawn of a comparison that is over, and followed by nobody', async () => {
    const folder = writeComparison(runs, 'over', events)
    const feeds = new FolderFeeds()
    const { fragments } = await feeds.of(await recordedIn(folder)).current()
    expect(fragments.report).toContain('Fairness contract')
    expect(feeds.count).toBe(0)
  })

  it('stay while the comparison goes on, so that a page which comes back need not wait', async () => {
    const folder = writeComparison(runs, 'going', events.slice(0, 40))
    const feeds = new FolderFeeds()
    const page = feeds.of(await recordedIn(folder)).follow(0, 0, new AbortController().signal)
    await page.next()
    await page.return()
    expect(feeds.count).toBe(1)
  })
})
