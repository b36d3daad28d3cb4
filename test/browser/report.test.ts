import { describe, expect, it, onTestFinished } from 'vitest'
import { renderReportPage } from '../../src/page/report-page.js'
import { comparison, finishedRun } from '../report/comparison.js'
import { chromiumPath, launch, skipped } from './chromium.js'
import { describePage } from './readable-page.js'

// Without a place to break, as an unknown class may be.
const hostile = `<img src="http://example.invalid/x" onerror="document.title=1">${'x'.repeat(150)}`

/** A page that has every section, and texts of others that a browser could take for tags. */
function fullPage(): string {
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
    topLosses: [{ image: hostile, label: hostile, predicted: 'cat', probability: 0.9, loss: 3 }],
    calibration: [
      { images: 3, confidence: 0.6, accuracy: 0.5 },
      { images: 5, confidence: 0.9, accuracy: 0.8 },
    ],
  }
  const answer = { predicted: hostile, probability: 0.6 }
  const [counts] = comparison().disagreement
  if (counts === undefined) throw new Error('no disagreement')
  const thumbnail = 'disagreements/seed0/0001.png'
  const images = { image: hostile, label: hostile, thumbnail }
  const wrong = { ...answer, predicted: 'cat' }
  const listed = [
    { position: 1, ...images, tensorflow: answer, pytorch: wrong },
    { position: 2, ...images, tensorflow: wrong, pytorch: answer },
    { position: 3, ...images, tensorflow: wrong, pytorch: { ...answer, predicted: 'dog' } },
  ]
  return renderReportPage({
    name: hostile,
    startedAt: '2026-11-24T10:15:00.000Z',
    altered: [],
    ladder: null,
    comparison: comparison({ runs, experiment: hostile }),
    source: { specification: `name: ${hostile}`, environment: '{}', comparison: '{}' },
    details: {
      evaluations: runs.map((run) => ({ ...run, evaluation })),
      disagreements: { schemaVersion: 1, seeds: [{ ...counts, listed }] },
      thumbnails: new Map([[thumbnail, `data:image/png;base64,${pixel}`]]),
    },
  })
}

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

describePage('the report', { html: fullPage, title: hostile, leastText: 9 })

describe.skipIf(chromiumPath === undefined)(`the images of disagreement${skipped}`, () => {
  it('are shown by which of the frameworks is right, as the reader chooses', async () => {
    const browser = await launch()
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    await page.setContent(fullPage())
    const shown = () =>
      page
        .locator('.gallery img:visible')
        .evaluateAll((images) => images.map((image) => image.getAttribute('alt')))
    const numbers = async (choice: string) => {
      await page.getByLabel(choice, { exact: true }).check()
      return await shown()
    }
    expect(await shown()).toHaveLength(3)
    expect(await numbers('TensorFlow alone is right')).toEqual(['Number 1 of the test'])
    expect(await numbers('PyTorch alone is right')).toEqual(['Number 2 of the test'])
    expect(await numbers('none is right')).toEqual(['Number 3 of the test'])
    expect(await numbers('all')).toHaveLength(3)
  })
})
