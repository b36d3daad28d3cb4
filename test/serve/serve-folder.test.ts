import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { addFolderPages, serveFolder } from '../../src/serve/serve-folder.js'
import { compareEvents } from '../log/events.js'
import { sweepRecord } from '../report/sweep-record.js'
import { writeSweep } from '../sweep/folders.js'
import { addEvents, ask, guardedApp, readUntil, temporaryFolder, writeComparison } from './rig.js'

const folder = temporaryFolder()
const runs = path.join(folder, 'runs')
const hostile = '<img src=x onerror=alert(1)> & co'
const events = compareEvents()
writeComparison(runs, 'one', events)
writeComparison(runs, 'two', events)
writeComparison(runs, hostile, events)
const going = writeComparison(runs, 'going', events.slice(0, 40))
writeComparison(folder, 'outside', events)
symlinkSync(path.join(folder, 'outside'), path.join(runs, 'linked'))
mkdirSync(path.join(runs, 'empty'))
const sweeps = path.join(folder, 'sweeps')
const sweep = writeSweep(sweeps, 'pets-sweep')
writeSweep(sweeps, hostile, { sweep: sweepRecord({ experiment: hostile }) })
writeSweep(sweeps, 'killed', { sweep: null })
const [started, ...others] = events
if (started?.type === 'comparison-started')
  writeComparison(sweeps, 'pets-best', [{ ...started, sweep: 'pets-sweep' }, ...others])

const app = guardedApp((pages) => addFolderPages(pages, runs))
const appOfSweeps = guardedApp((pages) => addFolderPages(pages, sweeps))
const get = async (page: string, headers: Record<string, string> = {}, of = app) => {
  const response = await ask(of, page, { headers })
  return { status: response.status, text: await response.text() }
}

describe('the pages of a folder', () => {
  it('list the comparisons with their verdicts, each with a link', async () => {
    const { text } = await get('/')
    expect(text).toContain('4 comparisons')
    expect(text).toContain('href="/comparisons/one"')
    expect(text).toContain('inconclusive')
    expect(text).toContain('interrupted')
  })

  it('show the report of each, as it is now', async () => {
    const { status, text } = await get('/comparisons/one')
    expect(status).toBe(200)
    expect(text).toContain('Fairness contract')
    expect((await get(`/comparisons/${encodeURIComponent(hostile)}`)).text).toContain('Fairness contract')
  })

  it('write no name of a folder as a tag', async () => {
    for (const page of [
      '/',
      `/comparisons/${encodeURIComponent(hostile)}`,
      `/compare?names=one&names=${encodeURIComponent(hostile)}`,
    ])
      expect((await get(page)).text).not.toContain('<img src=x')
  })

  it.each([
    'no-such',
    'empty',
    'linked',
    '..%2foutside',
    '%2e%2e%2foutside',
    'one%2f..%2f..%2foutside',
    encodeURIComponent(path.join(folder, 'outside')),
    '%00',
  ])('lead to nothing that is no comparison in the folder: %s', async (name) => {
    for (const page of [
      `/comparisons/${name}`,
      `/comparisons/${name}/events`,
      `/compare?names=one,${name}`,
    ]) {
      const { status, text } = await get(page)
      expect(status).not.toBe(200)
      expect(text).not.toContain('fashion-frozen')
    }
  })

  it('lay several over each other, whose figures stand in one table', async () => {
    const { status, text } = await get('/compare?names=one,two')
    expect(status).toBe(200)
    expect(text).toContain('accuracy, difference')
    expect(text.match(/85\.90%/g)?.length).toBe(2)
    expect((await get('/compare?names=one&names=two')).text.length).toBe(text.length)
  })

  it.each(['', '?names=one', '?names=one,one', '?names=1,2,3,4,5,6,7'])(
    'ask for two to six: %s',
    async (names) => {
      expect((await get(`/compare${names}`)).status).toBe(400)
    },
  )

  it('follow a comparison that goes on, from where the browser was', async () => {
    const live = await get('/comparisons/going')
    expect(live.text).toContain('data-events="/comparisons/going/events?after=40"')
    expect(live.text).not.toContain('data-cancel')
    addEvents(going, events.slice(40))
    const headers = { 'Last-Event-ID': '40' }
    const messages = await readUntil(ask(app, '/comparisons/going/events?after=3', { headers }), 'end')
    const log = messages.filter(({ event }) => event === 'log').map(({ data }) => data)
    expect(log.join('')).toContain('TensorFlow seed 1  finished')
    expect(log.join('')).not.toContain('TensorFlow seed 0  started')
    expect(messages.at(-1)).toMatchObject({ event: 'end', id: String(events.length) })
    expect((await get('/comparisons/going')).text).toContain('Fairness contract')
  })
})

describe('the pages of a folder with sweeps', () => {
  const show = (page: string) => get(page, {}, appOfSweeps)

  it('list each sweep with its trials, and name the sweep of a final', async () => {
    const { text } = await show('/')
    expect(text).toContain('1 comparison and 3 sweeps')
    expect(text).toContain('href="/sweeps/pets-sweep"')
    expect(text).toContain('Optuna (tpe), 10 of 10 trials')
    expect(text).toContain('final of pets-sweep')
    expect(text).not.toContain('Choose pets-sweep')
    expect(text).not.toContain('<img src=x')
  })

  it('show the report of a sweep as it is now', async () => {
    const { status, text } = await show('/sweeps/pets-sweep')
    expect(status).toBe(200)
    expect(text).toContain('Trials across the parameters')
    expect((await show(`/sweeps/${encodeURIComponent(hostile)}`)).text).not.toContain('<img src=x')
  })

  it('say of a sweep that was stopped which command goes on with it', async () => {
    const { status, text } = await show('/sweeps/killed')
    expect(status).toBe(200)
    expect(text).toContain('twintune sweep --resume')
  })

  it.each(['pets-best', 'no-such', '..%2fsweeps', '%00'])('find no sweep by %s', async (name) => {
    expect((await show(`/sweeps/${name}`)).status).toBe(404)
  })
})

describe('a folder that can’t be shown', () => {
  const address = { host: '127.0.0.1', port: 0 }

  it('is named: it isn’t there, is a file, or is a comparison or a sweep itself', async () => {
    const file = path.join(folder, 'file')
    writeFileSync(file, '')
    for (const [place, message] of [
      [path.join(folder, 'no-such'), 'There is no folder'],
      [file, 'not a folder'],
      [path.join(runs, 'one'), 'one comparison'],
      [sweep, 'one sweep'],
    ] as const)
      await expect(serveFolder(place, address)).rejects.toMatchObject({
        failure: { code: 'COMPARISON_NOT_FOUND', message: expect.stringContaining(message) },
      })
  })
})
