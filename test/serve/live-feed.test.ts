import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { LiveFeed } from '../../src/serve/live-feed.js'
import { LiveState } from '../../src/serve/live-state.js'
import { at, compareEvents, firstOf } from '../log/events.js'
import { lossNotFinite } from '../report/comparison.js'
import { addEvents, recordedIn, temporaryFolder, writeComparison } from './rig.js'

const runs = temporaryFolder()
const events = compareEvents()
const own = { isCancelling: () => false }
const halfway = events.findIndex(({ type }) => type === 'run-finished') + 1

/** A feed of a comparison that has come so far. */
async function feedAfter(count: number, name: string, of: typeof own | null = own) {
  const folder = writeComparison(runs, name, events.slice(0, count))
  return { folder, feed: new LiveFeed(await recordedIn(folder), of) }
}

/** Messages that a page is told from an event on, up to the first pause or to the end of the comparison. */
async function told(feed: LiveFeed, after: number) {
  const messages = []
  for await (const message of feed.follow(after, 0, new AbortController().signal)) {
    if (message === null) break
    messages.push(message)
  }
  const fragments = new Map(
    messages
      .filter(({ event }) => event === 'fragment')
      .map(({ data }) => {
        const { name, html }: { name: string; html: string } = JSON.parse(data)
        return [name, html]
      }),
  )
  const log = messages
    .filter(({ event }) => event === 'log')
    .flatMap(({ data }): string[] => JSON.parse(data))
  return { messages, fragments, log }
}

afterEach(() => vi.restoreAllMocks())

describe('the feed of a comparison that goes on', () => {
  it('shows what has happened so far', async () => {
    const { feed } = await feedAfter(halfway, 'so-far')
    const { fragments, log } = await feed.current()
    expect(fragments.status).toContain('1 of 4 runs has ended.')
    expect(fragments.runs).toContain('86.10%')
    expect(fragments.curves).toContain('Training loss')
    expect(log.at(-1)).toContain('TensorFlow seed 0  finished: 86.10% test accuracy')
  })

  it('tells a page that comes back what it has missed, and none of it twice', async () => {
    const { folder, feed } = await feedAfter(halfway, 'comes-back')
    const before = await told(feed, 0)
    const last = Number(before.messages.at(-1)?.id)
    addEvents(folder, events.slice(halfway, halfway + 20))
    const after = await told(feed, last)
    expect(after.log.length).toBeGreaterThan(0)
    const all = await told(new LiveFeed(await recordedIn(folder), own), 0)
    expect([...before.log, ...after.log]).toEqual(all.log)
    // Curves are drawn every few seconds.
    const withoutCurves = (fragments: Map<string, string>) =>
      [...fragments].filter(([name]) => name !== 'curves')
    expect(withoutCurves(after.fragments)).toEqual(withoutCurves(all.fragments))
  })

  it('tells all to a page that knows of a later event than there is', async () => {
    const { feed } = await feedAfter(halfway, 'from-elsewhere')
    const { log } = await told(feed, 0)
    expect((await told(feed, 99_999_999)).log).toEqual(log)
  })

  it('numbers its messages by the events of the folder, which another server counts alike', async () => {
    const { feed } = await feedAfter(halfway, 'numbers')
    expect((await told(feed, 0)).messages.at(-1)?.id).toBe(String(halfway))
    expect((await told(feed, halfway)).log).toEqual([])
  })

  it('ends with the report, though it ends while the page is being told of something else', async () => {
    const { folder, feed } = await feedAfter(events.length - 1, 'ends')
    const pages = feed.follow(0, 60_000, new AbortController().signal)
    await pages.next()
    addEvents(folder, events.slice(-1))
    await feed.end('The report is in /a/report.html.')
    const rest = []
    for await (const message of pages) rest.push(message)
    expect(rest.at(-1)?.event).toBe('end')
    const texts = rest.map((message) => message?.data ?? '').join('\n')
    expect(texts).toContain('The report is in /a/report.html.')
    expect(texts).toContain('Fairness contract')
  })

  it('says that it is being cancelled, and offers that only where it can be', async () => {
    const { folder, feed } = await feedAfter(halfway, 'cancel')
    expect((await feed.current()).fragments.status).toContain('data-cancel')
    const cancelling = new LiveFeed(await recordedIn(folder), { isCancelling: () => true })
    expect((await cancelling.current()).fragments.status).toContain('is being cancelled')
    const others = new LiveFeed(await recordedIn(folder))
    expect((await others.current()).fragments.status).not.toContain('data-cancel')
  })

  it('starts anew with the runs that a resumed comparison carries out again', async () => {
    const { folder, feed } = await feedAfter(halfway, 'resumed')
    addEvents(folder, [
      { ...firstOf('run-started'), framework: 'pytorch', seed: 0 },
      {
        ...{ type: 'run-failed', time: at(30), framework: 'tensorflow', seed: 1 },
        ...{ status: 'failed', failure: lossNotFinite },
      } as const,
    ])
    const before = (await feed.current()).fragments
    expect(before.runs).toContain(lossNotFinite.message)
    expect(before.activities).toContain('PyTorch, seed 0')
    const { type: _, ...started } = firstOf('comparison-started')
    const runs = [{ framework: 'pytorch', seed: 0 } as const, { framework: 'tensorflow', seed: 1 } as const]
    addEvents(folder, [{ ...started, type: 'comparison-resumed', runs, kept: 1 }])
    const after = (await feed.current()).fragments
    expect(after.status).toContain('1 of 4 runs has ended.')
    expect(after.runs).not.toContain(lossNotFinite.message)
    expect(after.activities).not.toContain('PyTorch, seed 0')
  })

  it('keeps its last drawing where its events can’t be read, and goes on once they can', async () => {
    const { folder, feed } = await feedAfter(halfway, 'unreadable-for-a-while')
    const before = await feed.current()
    const file = path.join(folder, 'events.jsonl')
    renameSync(file, `${file}.aside`)
    mkdirSync(file)
    const { fragments } = await feed.current()
    expect(fragments.status).toContain('be brought up to date just now')
    expect(fragments.status).toContain('no regular file')
    expect(fragments.status).toContain(before.fragments.status)
    expect({ ...fragments, status: '' }).toEqual({ ...before.fragments, status: '' })
    rmSync(file, { recursive: true })
    renameSync(`${file}.aside`, file)
    addEvents(folder, events.slice(halfway, -1))
    expect((await feed.current()).fragments.status).toContain('All runs have ended.')
  })

  it('ends with the report, though it could not be drawn for a while', async () => {
    const { folder, feed } = await feedAfter(events.length - 1, 'undrawn-for-a-while')
    const pages = feed.follow(0, 60_000, new AbortController().signal)
    const view = vi.spyOn(LiveState.prototype, 'view').mockImplementation(() => {
      throw new Error('a chart failed')
    })
    await pages.next()
    expect((await feed.current()).fragments.status).toContain('a chart failed')
    view.mockRestore()
    addEvents(folder, events.slice(-1))
    await feed.end('The report is in /a/report.html.')
    const rest = []
    for await (const message of pages) rest.push(message)
    expect(rest.map((message) => message?.data).join('')).toContain('Fairness contract')
  })

  it('says how it ended even where nothing can be drawn', async () => {
    vi.spyOn(LiveState.prototype, 'view').mockImplementation(() => {
      throw new Error('a chart failed')
    })
    const broken = await feedAfter(halfway, 'undrawn-broken')
    await broken.feed.current()
    await broken.feed.breakOff('There is no Python <here>.')
    expect((await broken.feed.current()).fragments.status).toContain(
      'broke off: There is no Python &lt;here>.',
    )
    const ended = await feedAfter(halfway, 'undrawn-ended')
    await ended.feed.end('The report is in /a/report.html.')
    expect((await ended.feed.current()).fragments.status).toContain(
      'has ended. The report is in /a/report.html.',
    )
  })

  it('says where the report is, without drawing it, where nobody has the page open at the end', async () => {
    const { feed } = await feedAfter(events.length, 'nobody')
    await feed.end('The report is in /a/report.html.')
    const { fragments } = await feed.current()
    expect(fragments.heading).toContain('fashion-frozen')
    expect(fragments.status).toContain('The report is in /a/report.html.')
    expect(fragments.report).toBe('')
    expect((await told(feed, 0)).messages.at(-1)?.event).toBe('end')
  })

  it('says why it broke off, and that stays', async () => {
    const { feed } = await feedAfter(halfway, 'breaks-off')
    await feed.breakOff('There is no Python <here>.')
    expect((await feed.current()).fragments.status).toContain('There is no Python &lt;here>.')
    expect((await told(feed, 0)).messages.at(-1)?.event).toBe('end')
  })
})

describe('the feed of a comparison that another process carries out', () => {
  it('says that nobody works on it', async () => {
    const { feed } = await feedAfter(halfway, 'interrupted', null)
    const { status } = (await feed.current()).fragments
    expect(status).toContain('was interrupted after 1 of 4 runs')
    expect(status).toContain('twintune resume')
  })

  it('says that its result can’t be read, and how to make it again', async () => {
    const { folder, feed } = await feedAfter(halfway, 'unreadable', null)
    writeFileSync(path.join(folder, 'comparison.json'), '{"schemaVersion": 99}')
    const { status } = (await feed.current()).fragments
    expect(status).toContain('has ended, and its result can’t be read')
    expect(status).toContain('another version wrote it')
    expect(status).toContain('delete it')
    expect((await told(feed, 0)).messages.at(-1)?.event).toBe('end')
  })

  it('ends by itself with the report when the comparison does', async () => {
    const { folder, feed } = await feedAfter(events.length - 1, 'ends-by-itself', null)
    await feed.current()
    addEvents(folder, events.slice(-1))
    const { messages, fragments } = await told(feed, 0)
    expect(messages.at(-1)?.event).toBe('end')
    expect(fragments.get('report')).toContain('Fairness contract')
  })

  it('says that its folder is gone, and nothing of resuming', async () => {
    const { folder, feed } = await feedAfter(halfway, 'deleted', null)
    await feed.current()
    rmSync(folder, { recursive: true })
    const { fragments } = await feed.current()
    expect(fragments.status).toContain('folder is gone')
    expect([...Object.values(fragments)].join('')).not.toContain('twintune resume')
  })

  it('follows no link out of the folder', async () => {
    const { folder, feed } = await feedAfter(halfway, 'linked', null)
    rmSync(path.join(folder, 'events.jsonl'))
    symlinkSync('/etc/passwd', path.join(folder, 'events.jsonl'))
    const { fragments, log } = await feed.current()
    expect(fragments.status).toContain('be brought up to date')
    expect(log).toEqual([])
  })
})
