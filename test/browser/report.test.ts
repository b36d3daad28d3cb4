import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderReportPage } from '../../src/page/report-page.js'
import { comparison, finishedRun } from '../report/comparison.js'
import { chromiumPath, launch, skipped } from './chromium.js'

const hostile = '<img src="http://example.invalid/x" onerror="document.title=1">'
let folder: string
let file: string
let browser: Browser

/** A page that has every section, and texts of others that a browser could take for tags. */
function writePage(): void {
  const epochs = [1, 2].map((phase) => ({
    ...{ phase, epoch: 1, learningRate: 1e-3, seconds: 1, imagesPerSecond: 100 },
    train: { loss: 1 / phase, accuracy: 0.5 },
    validation: comparison().runs[0]?.test ?? null,
  }))
  const runs = comparison().runs.map((run) => finishedRun(run.framework, run.seed, { epochs }))
  const classes = ['cat', hostile]
  const score = { precision: 0.5, recall: 0.5, f1: 0.5, support: 4 }
  const evaluation = {
    classes,
    confusion: [
      [3, 1],
      [2, 2],
    ],
    perClass: classes.map((name) => ({ class: name, ...score })),
    topLosses: [],
    calibration: [],
  }
  const answer = { predicted: hostile, probability: 0.6 }
  const [counts] = comparison().disagreement
  if (counts === undefined) throw new Error('no disagreement')
  const thumbnail = 'disagreements/seed0/0001.png'
  const listed = [
    { position: 1, image: hostile, label: hostile, tensorflow: answer, pytorch: answer, thumbnail },
  ]
  const page = renderReportPage({
    name: hostile,
    startedAt: '2026-11-24T10:15:00.000Z',
    comparison: comparison({ runs, experiment: hostile }),
    margin: 0.005,
    source: { specification: `name: ${hostile}`, environment: '{}', comparison: '{}' },
    details: {
      evaluations: runs.map((run) => ({ ...run, evaluation })),
      disagreements: { schemaVersion: 1, seeds: [{ ...counts, listed }] },
      thumbnails: new Map([[thumbnail, `data:image/png;base64,${pixel}`]]),
    },
  })
  writeFileSync(path.join(folder, 'report.html'), page)
}

const openAll = "for (const details of document.querySelectorAll('details')) details.open = true"
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

describe.skipIf(chromiumPath === undefined)(`the report in a browser${skipped}`, () => {
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'twintune-browser-'))
    file = pathToFileURL(path.join(folder, 'report.html')).href
    writePage()
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true })
  })

  async function withPage<T>(options: BrowserContextOptions, look: (page: Page) => Promise<T>): Promise<T> {
    const context = await browser.newContext(options)
    try {
      const page = await context.newPage()
      await page.goto(file)
      return await look(page)
    } finally {
      await context.close()
    }
  }

  it('asks for no other file, prints no error and runs nothing of a hostile name', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const asked: string[] = []
    const told: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => told.push(message.text()))
    page.on('pageerror', (error) => told.push(String(error)))
    await page.goto(file)
    await page.evaluate(openAll)
    expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([file])
    expect(told).toEqual([])
    expect(await page.title()).toContain(hostile)
    await context.close()
  })

  it.each([320, 375, 800, 1600])('scrolls to no side at a width of %i', async (width) => {
    const widths = await withPage({ viewport: { width, height: 800 } }, (page) =>
      page.evaluate('[document.documentElement.scrollWidth, document.documentElement.clientWidth]'),
    )
    const [content, window] = widths as [number, number]
    expect(content).toBeLessThanOrEqual(window)
  })

  it.each(['light', 'dark'] as const)('can be read by everybody, %s', async (colorScheme) => {
    const violations = await withPage({ colorScheme }, async (page) => {
      await page.evaluate(openAll)
      return (await new AxeBuilder({ page }).analyze()).violations
    })
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])).toEqual([])
  })

  it('is printed with all that is open on the screen, on white', async () => {
    const background = await withPage({ colorScheme: 'dark' }, async (page) => {
      await page.emulateMedia({ media: 'print' })
      return page.evaluate('getComputedStyle(document.body).backgroundColor')
    })
    expect(background).toBe('rgb(255, 255, 255)')
  })
})
