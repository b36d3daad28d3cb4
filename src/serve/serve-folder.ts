import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { hasCode, TwintuneError } from '../failure.js'
import { readReport } from '../page/read-report.js'
import { mostSideBySide, readSide } from '../page/read-side.js'
import { renderIndexPage } from '../page/served/index-page.js'
import { renderSavedReport } from '../page/served/saved-report.js'
import { renderServedSweep } from '../page/served/served-sweep.js'
import { renderSideBySidePage } from '../page/served/side-by-side-page.js'
import { foldersIn, isSweep, readNamed } from '../run/folder/find.js'
import { readComparison } from '../run/folder/read.js'
import { explainUnreadable } from '../run/folder/unreadable.js'
import { shellQuote } from '../shell-quote.js'
import { summarizeFolders } from '../sweep/listing.js'
import { readSweep } from '../sweep/sweep-folder.js'
import { FolderFeeds } from './folder-feeds.js'
import type { GuardedApp } from './guard.js'
import { addScript, answerEvents, answerLivePage, nonceOf } from './live-pages.js'
import { type RunningServer, type ServerAddress, startServer } from './server.js'

/**
 * Starts a server that shows the comparisons in a folder.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND where there is no such folder or it can't be read, ADDRESS_UNAVAILABLE where the
 *   server can't listen there.
 */
export async function serveFolder(runsDirectory: string, address: ServerAddress): Promise<RunningServer> {
  await requireFolder(runsDirectory)
  return startServer(address, (app) => addFolderPages(app, path.resolve(runsDirectory)))
}

/** Adds the pages of the comparisons and sweeps in a folder: their list, a page for each, and several side by side. */
export function addFolderPages(app: GuardedApp, runsDirectory: string): void {
  const feeds = new FolderFeeds()
  addScript(app)
  app.get('/', async (context) => {
    const folders = await summarizeFolders(runsDirectory)
    return context.html(renderIndexPage({ runsDirectory, folders, nonce: nonceOf(context) }))
  })
  app.get('/sweeps/:name', async (context) => {
    const name = context.req.param('name')
    const folder = (await foldersIn(runsDirectory)).find((candidate) => path.basename(candidate) === name)
    const found = folder === undefined ? undefined : readSweep(folder)
    if (found === undefined) return context.notFound()
    return context.html(renderServedSweep(found, { nonce: nonceOf(context) }))
  })
  app.get('/comparisons/:name', async (context) => {
    const found = await readNamed(context.req.param('name'), runsDirectory)
    if (found === undefined) return context.notFound()
    const title = found.started.experiment
    if (found.comparison !== null)
      return context.html(renderSavedReport(readReport(found), { nonce: nonceOf(context) }))
    const eventsPath = `/comparisons/${encodeURIComponent(found.name)}/events`
    return answerLivePage(context, feeds.of(found), { title, eventsPath, hasList: true })
  })
  app.get('/comparisons/:name/events', async (context) => {
    const found = await readNamed(context.req.param('name'), runsDirectory)
    return found === undefined ? context.notFound() : answerEvents(context, feeds.of(found))
  })
  app.get('/compare', async (context) => {
    // A form names each by itself, a person several in one.
    const names = (context.req.queries('names') ?? []).flatMap((text) => text.split(','))
    const distinct = [...new Set(names)].filter((name) => name !== '')
    if (distinct.length < 2 || distinct.length > mostSideBySide)
      return context.text(`Name two to ${mostSideBySide} comparisons, as in /compare?names=one,other.`, 400)
    const found = await Promise.all(distinct.map((name) => readNamed(name, runsDirectory)))
    const missing = distinct.filter((_, index) => found[index] === undefined)
    if (missing.length > 0) return context.text(`There is no comparison ${missing.join(', ')}.`, 404)
    const comparisons = found.filter((comparison) => comparison !== undefined).map(readSide)
    return context.html(renderSideBySidePage({ comparisons, nonce: nonceOf(context) }))
  })
}

async function requireFolder(runsDirectory: string): Promise<void> {
  const hint = 'Name the folder that --out named when the comparisons began.'
  try {
    await readdir(runsDirectory)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw explainUnreadable(error, 'COMPARISON_NOT_FOUND', runsDirectory, hint)
    throw new TwintuneError({
      code: 'COMPARISON_NOT_FOUND',
      message: `There is no folder ${runsDirectory}.`,
      hint,
    })
  }
  const isComparison = (await readComparison(runsDirectory)) !== undefined
  if (isComparison || isSweep(runsDirectory))
    throw new TwintuneError({
      code: 'COMPARISON_NOT_FOUND',
      message: `${runsDirectory} is the folder of one ${isComparison ? 'comparison' : 'sweep'}.`,
      hint: `Name the folder that it lies in: twintune view ${shellQuote(path.dirname(path.resolve(runsDirectory)))}`,
    })
}
