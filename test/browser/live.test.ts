import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FolderLock } from '../../src/run/folder/lock.js'
import { startTwintune, tinyExperiment, writePictures, writeSpec } from '../integration/rig.js'
import { compareEvents } from '../log/events.js'
import { addEvents, writeComparison } from '../serve/rig.js'
import { layLine } from './breakable-line.js'
import { chromiumPath, launch, skipped } from './chromium.js'

let folder: string
let browser: Browser
let context: BrowserContext
let page: Page
const started: ReturnType<typeof startTwintune>[] = []
const asked: string[] = []
const told: string[] = []

/** Starts the command, which is ended with the tests where one of them has left it running. */
function start(args: readonly string[]) {
  const command = startTwintune(args, folder)
  started.push(command)
  return command
}

/** Trains one framework until it is cancelled, with a page, and opens the page. A command alone would be waited for. */
async function trainAndOpen(name: string) {
  const training = { batchSize: 8, phases: [{ epochs: 100_000 }] }
  const spec = writeSpec(folder, tinyExperiment(folder, { name, training }))
  const command = start(['train', spec, '--framework', 'pytorch', '--serve', '--json'])
  const line = await layLine(await addressIn(command))
  await page.goto(line.url)
  return { command, line }
}

/** The address that a command prints. */
function addressIn(command: ReturnType<typeof startTwintune>): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    command.stderr.on('data', (data) => {
      printed += data
      const url = /http:\S+(?=\n)/.exec(printed)?.[0]
      if (url !== undefined) resolve(url)
    })
    command.stderr.on('close', () => reject(new Error(`no address in ${printed}`)))
  })
}

/** Opens the address that a command prints, and returns it. */
async function openAt(command: ReturnType<typeof startTwintune>): Promise<string> {
  const url = await addressIn(command)
  await page.goto(url)
  return url
}

// The browser tells of each try to connect while the line is broken.
const isOfBrokenLine = (text: string) => /net::ERR_(CONNECTION|EMPTY|INCOMPLETE)/.test(text)

const isTooWide = () =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')

/** The numbers of the epochs in the log, in its order. */
async function epochsInLog(): Promise<number[]> {
  const lines = await page.locator('[data-log] li').allTextContents()
  return lines.flatMap((line) => / epoch (\d+)\//.exec(line)?.[1] ?? []).map(Number)
}

async function violations() {
  const found = (await new AxeBuilder({ page }).analyze()).violations
  return found.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])
}

describe.skipIf(chromiumPath === undefined)(`the live page in a browser${skipped}`, () => {
  beforeAll(async () => {
    // A folder that is made outside of the hooks would stay where all tests are skipped.
    folder = mkdtempSync(path.join(tmpdir(), 'twintune-live-'))
    writePictures(folder)
    browser = await launch()
    context = await browser.newContext({ viewport: { width: 375, height: 800 } })
    page = await context.newPage()
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => told.push(message.text()))
    page.on('pageerror', (error) => told.push(String(error)))
  })
  afterAll(async () => {
    await browser?.close()
    for (const command of started) command.kill('SIGTERM')
    await Promise.all(started)
    rmSync(folder, { recursive: true, force: true })
  })

  it('grows with the comparison, loses nothing when its connection breaks, and cancels as Ctrl-C does', async () => {
    const { command, line } = await trainAndOpen('cancelled')
    // The token is out of sight.
    expect(page.url()).toBe(`${new URL(line.url).origin}/`)
    await page.getByText('Log', { exact: true }).click()
    await page.getByText('epoch 3/').waitFor()
    await page.getByRole('img', { name: 'Training loss' }).waitFor()
    const before = await epochsInLog()

    line.break()
    await page.getByText('The connection is lost').waitFor()
    line.mend()
    await page.locator('[data-connection]').waitFor({ state: 'hidden' })
    await page.locator(`[data-log] li:text("epoch ${Math.max(...before) + 100}/")`).waitFor()
    const after = await epochsInLog()
    expect(after).toEqual(after.map((_, index) => (after[0] ?? 0) + index))
    expect(await page.locator('.log').getAttribute('open')).not.toBeNull()
    expect(await violations()).toEqual([])
    expect(await isTooWide()).toBe(false)

    page.once('dialog', (dialog) => dialog.accept())
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('Resume with: twintune resume').waitFor()
    const { exitCode, stdout } = await command
    expect(exitCode).toBe(130)
    for (const printed of stdout.split('\n')) expect(JSON.parse(printed)).toHaveProperty('type')
    line.close()
  })

  it('ends as the report, which stays when the server has gone', async () => {
    const events = compareEvents()
    const comparison = writeComparison(path.join(folder, 'runs'), 'ends', events.slice(0, -1))
    const lock = FolderLock.take(comparison)
    const command = start(['view', 'runs'])
    const { origin } = new URL(await openAt(command))
    await page.goto(`${origin}/comparisons/ends`)
    await page.getByText('All runs have ended.').waitFor()
    addEvents(comparison, events.slice(-1))
    lock.release()
    await page.getByText('The comparison has ended.').waitFor()
    command.kill('SIGINT')
    expect((await command).exitCode).toBe(0)
    expect(await page.locator('[data-fragment="report"]').textContent()).toContain('Fairness contract')
    expect(await page.locator('[data-connection]').isHidden()).toBe(true)
    expect(await violations()).toEqual([])
    expect(await isTooWide()).toBe(false)
  })

  it('lists the comparisons, each with its page, and lays those that are chosen over each other', async () => {
    const command = start(['view', 'runs'])
    await openAt(command)
    await page.getByRole('button', { name: 'experiment' }).click()
    expect(await page.locator('tbody a').allTextContents()).toEqual(['cancelled', 'fashion-frozen'])
    await page.getByLabel('Filter').fill('frozen')
    expect(await page.locator('tbody a:visible').allTextContents()).toEqual(['fashion-frozen'])
    await page.getByLabel('Filter').fill('')
    for (const box of await page.getByRole('checkbox').all()) await box.check()
    await page.getByRole('button', { name: 'side by side' }).click()
    await page.getByText('accuracy, PyTorch').waitFor()
    expect(await violations()).toEqual([])
    expect(await isTooWide()).toBe(false)
    await page.getByRole('link', { name: 'All comparisons' }).click()
    await page.getByRole('link', { name: 'cancelled' }).click()
    await page.getByText('cancelled').first().waitFor()
    command.kill('SIGINT')
    expect((await command).exitCode).toBe(0)
  })

  it('has printed no error, and asked nobody else for anything', () => {
    expect(asked.filter((url) => !/^(http:\/\/127\.0\.0\.1:|data:)/.test(url))).toEqual([])
    expect(told.filter((text) => !isOfBrokenLine(text))).toEqual([])
  })
})
