import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/events.js'
import { serveComparison } from '../../src/serve/serve-comparison.js'
import { compareEvents, firstOf } from '../log/events.js'
import { addEvents, temporaryFolder, writeComparison } from './rig.js'

const runs = temporaryFolder()
const events = compareEvents()
const note = 'The report is in /a/report.html.'

/** A served comparison with a function that asks its pages as a browser does that has opened the printed address. */
async function serve() {
  const served = await serveComparison({ host: '127.0.0.1', port: 0 }, new AbortController().signal)
  const { headers } = await fetch(served.url, { redirect: 'manual' })
  const Cookie = headers.get('Set-Cookie')?.split(';')[0] ?? ''
  const get = (page: string, init: RequestInit = {}) =>
    fetch(new URL(page, served.url), { ...init, headers: { Cookie, ...init.headers } })
  return { served, get }
}

/** An event of the fixtures, in a comparison's folder. */
function inFolder(type: 'comparison-started' | 'comparison-finished', comparisonDirectory: string): Event {
  return { ...firstOf(type), comparisonDirectory }
}

describe('the live page of a comparison', () => {
  it('answers who was there before the comparison, and ends with the report for who follows it', async () => {
    const { served, get } = await serve()
    const early = get('/')
    const folder = writeComparison(runs, 'followed', events.slice(0, -1))
    served.log(inFolder('comparison-started', folder))
    expect(await (await early).text()).toContain('data-cancel')
    let told = ''
    let ending: Promise<void> | undefined
    for await (const chunk of (await get('/comparisons/followed/events')).body?.pipeThrough(
      new TextDecoderStream(),
    ) ?? []) {
      told += chunk
      if (!told.includes('event: fragment') || ending !== undefined) continue
      addEvents(folder, events.slice(-1))
      ending = served.end(note)
    }
    expect(told).toContain('Fairness contract')
    expect(told).toContain(note)
    await ending
    await expect(get('/')).rejects.toThrow()
  })

  it('is there for a complete comparison too, which is resumed by telling its end', async () => {
    const { served, get } = await serve()
    const early = get('/')
    served.log(inFolder('comparison-finished', writeComparison(runs, 'complete', events)))
    const answer = await early
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('fashion-frozen')
    await served.end(note)
  })

  it('tells and cancels nothing by the page of another comparison, which the port served before', async () => {
    const { served, get } = await serve()
    served.log(inFolder('comparison-started', writeComparison(runs, 'later', events.slice(0, 1))))
    expect((await get('/comparisons/earlier/events')).status).toBe(404)
    const { origin } = new URL(served.url)
    const answer = await get('/comparisons/earlier/cancel', { method: 'POST', headers: { Origin: origin } })
    expect([answer.status, served.signal.aborted]).toEqual([404, false])
    await get('/comparisons/later/cancel', { method: 'POST', headers: { Origin: origin } })
    expect(served.signal.aborted).toBe(true)
    await served.end(note)
  })
})
