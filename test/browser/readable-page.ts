import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, launch, skipped } from './chromium.js'

const openAll = "for (const details of document.querySelectorAll('details')) details.open = true"

/** Number of places that keys should come to: one of several radio buttons stands for all. */
const countReachable = `[...document.querySelectorAll('summary, [tabindex="0"], a[href], input:not([type=radio]), input:checked, button')]
  .filter((element) => element.checkVisibility() && element.getClientRects().length > 0).length`
const isOnThePage = 'document.activeElement !== document.body && document.activeElement !== null'

/** Texts of the charts that are shown which reach beyond their drawing. */
const cutTexts = `[...document.querySelectorAll('.chart svg')].flatMap((svg) => {
  const frame = svg.getBoundingClientRect()
  return [...svg.querySelectorAll('text')].filter((text) => {
    const { left, right, top, bottom } = text.getBoundingClientRect()
    return left < frame.left - 1 || right > frame.right + 1 || top < frame.top - 1 || bottom > frame.bottom + 1
  }).map((text) => text.textContent)
})`

/** Size in pixels of the smallest text of the charts that are shown. */
const smallestText = `Math.min(...[...document.querySelectorAll('.chart svg')].flatMap((svg) => {
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width
  return scale === 0 ? [] : [...svg.querySelectorAll('text')].map((text) => scale * parseFloat(getComputedStyle(text).fontSize))
}))`

export interface DescribedPage {
  readonly html: () => string
  /** Text that the title of the page has in it. */
  readonly title: string
  /** Least size in pixels of the charts' text on a telephone. */
  readonly leastText: number
}

/** Holds a page to what every report is held to: it stands alone, fits every screen and can be read by everybody. */
export function describePage(name: string, { html, title, leastText }: DescribedPage): void {
  describe.skipIf(chromiumPath === undefined)(`${name} in a browser${skipped}`, () => {
    let folder: string
    let file: string
    let browser: Browser

    beforeAll(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'twintune-browser-'))
      file = pathToFileURL(path.join(folder, 'report.html')).href
      writeFileSync(path.join(folder, 'report.html'), html())
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
      expect(await page.title()).toContain(title)
      await context.close()
    })

    it.each([320, 375, 800, 1600])('scrolls to no side at a width of %i', async (width) => {
      const widths = await withPage({ viewport: { width, height: 800 } }, (page) =>
        page.evaluate('[document.documentElement.scrollWidth, document.documentElement.clientWidth]'),
      )
      const [content, window] = widths as [number, number]
      expect(content).toBeLessThanOrEqual(window)
    })

    it.each([375, 1600])('cuts no text of a chart at a width of %i', async (width) => {
      const cut = await withPage({ viewport: { width, height: 800 } }, (page) => page.evaluate(cutTexts))
      expect(cut).toEqual([])
    })

    it('has charts whose text can be read on a telephone', async () => {
      const size = await withPage({ viewport: { width: 375, height: 800 } }, (page) =>
        page.evaluate(smallestText),
      )
      expect(size).toBeGreaterThanOrEqual(leastText)
    })

    it.each(['light', 'dark'] as const)('can be read by everybody, %s', async (colorScheme) => {
      const violations = await withPage({ colorScheme }, async (page) => {
        await page.evaluate(openAll)
        return (await new AxeBuilder({ page }).analyze()).violations
      })
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])).toEqual([])
    })

    it('lets keys alone reach all that opens, scrolls or is chosen', async () => {
      const { reached, reachable } = await withPage({}, async (page) => {
        const reachable = await page.evaluate(countReachable)
        await page.keyboard.press('Tab')
        let reached = 0
        while ((await page.evaluate(isOnThePage)) && reached <= Number(reachable)) {
          reached += 1
          await page.keyboard.press('Tab')
        }
        return { reached, reachable }
      })
      expect(reached).toBe(reachable)
      expect(reached).toBeGreaterThan(2)
    })

    it('opens by a key what is folded away', async () => {
      const isOpen = await withPage({}, async (page) => {
        await page.locator('summary').last().focus()
        await page.keyboard.press('Enter')
        return page.locator('details').last().getAttribute('open')
      })
      expect(isOpen).not.toBeNull()
    })

    it('is printed with all that is open on the screen, on white', async () => {
      const background = await withPage({ colorScheme: 'dark' }, async (page) => {
        await page.emulateMedia({ media: 'print' })
        return page.evaluate('getComputedStyle(document.body).backgroundColor')
      })
      expect(background).toBe('rgb(255, 255, 255)')
    })
  })
}
