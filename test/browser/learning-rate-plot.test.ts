import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderLearningRatePlot } from '../../src/page/charts/learning-rate-plot.js'
import { sweepOf } from '../report/sweeps.js'
import { chromiumPath, launch, skipped } from './chromium.js'

let folder: string
let file: string
let browser: Browser

/** Colours of the ground and of a text, and the texts that reach beyond the drawing or into each other. */
const look = `(() => {
  const svg = document.documentElement
  const frame = svg.getBoundingClientRect()
  const texts = [...svg.querySelectorAll('text')].map((text) => ({ text: text.textContent, ...text.getBoundingClientRect().toJSON() }))
  const touch = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
  return {
    ground: getComputedStyle(svg.querySelector('rect')).fill,
    ink: getComputedStyle(svg.querySelector('text')).fill,
    cut: texts.filter((each) => each.left < 0 || each.top < 0 || each.right > frame.right || each.bottom > frame.bottom).map(({ text }) => text),
    touching: texts.filter((each) => texts.some((other) => other !== each && touch(each, other))).map(({ text }) => text),
  }
})()`

describe.skipIf(chromiumPath === undefined)(`the plot of lr-find in a browser${skipped}`, () => {
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'twintune-plot-'))
    file = path.join(folder, 'plot.svg')
    writeFileSync(file, renderLearningRatePlot('pets', [sweepOf('tensorflow'), sweepOf('pytorch')]))
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true })
  })

  it.each([
    ['light', 'rgb(255, 255, 255)', 'rgb(28, 32, 36)'],
    ['dark', 'rgb(21, 24, 27)', 'rgb(232, 234, 237)'],
  ] as const)(
    'opens by itself in %s colours, with every text whole and by itself',
    async (colorScheme, ground, ink) => {
      const page = await browser.newPage({ colorScheme, viewport: { width: 1000, height: 600 } })
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      await page.goto(pathToFileURL(file).href)
      expect(await page.evaluate(look)).toEqual({ ground, ink, cut: [], touching: [] })
      expect(asked).toEqual([pathToFileURL(file).href])
      await page.close()
    },
  )
})
