import { parseHTML } from 'linkedom'
import { describe, expect, it } from 'vitest'
import { renderSweepPage } from '../../src/page/sweep-page.js'
import type { Sweep, SweepFinal } from '../../src/sweep/record.js'
import { sweepRecord } from '../report/sweep-record.js'

function read(sweep: Sweep) {
  const { document } = parseHTML(renderSweepPage(sweep, 'searching-sweep'))
  const textOf = (selector: string) => document.querySelector(selector)?.textContent ?? ''
  const rowsOf = (label: string) =>
    [...document.querySelectorAll(`[aria-label="${label}"] tr`)].map((row) =>
      [...row.children].map((cell) => cell.textContent),
    )
  /** The texts of a chart, for a wide screen or for a narrow one. */
  const chart = (title: string, width: 'wide' | 'narrow') =>
    [...document.querySelectorAll(`.${width}[aria-label="${title}"] text`)].map((each) => each.textContent)
  return { document, textOf, rowsOf, chart }
}

describe('the report of a sweep', () => {
  it('has the best trial of each framework with its settings, beside the specification as it stands', () => {
    const { rowsOf, textOf } = read(sweepRecord())
    expect(rowsOf('Best trial of each framework').slice(1)).toEqual([
      ['TensorFlow', '85.00%', '80.00%', '3'],
      ['PyTorch', '85.00%', '80.00%', '3'],
    ])
    expect(textOf('#best ~ .lines')).toContain('TensorFlow, trial 3: learningRate 0.003162, hidden []')
  })

  it('names the axes and every value of a list, and writes shares as the tables do', () => {
    const { chart } = read(sweepRecord())
    for (const width of ['wide', 'narrow'] as const) {
      const texts = chart('Trials across the parameters', width)
      for (const text of ['learningRate', 'hidden', 'accuracy', '1e-4', '[]', '[256]', '[1024,256]', '85%'])
        expect(texts, width).toContain(text)
    }
    expect(chart('Response to hidden', 'wide')).toEqual(expect.arrayContaining(['[]', '[256]', '[1024,256]']))
  })

  it('has no text of a chart beyond its edge, however long the names are', () => {
    const parameters = Object.fromEntries(
      [0, 1, 2].map((phase) => [`training.phases[${phase}].optimizer.learningRate`, { uniform: [0, 1] }]),
    ) as Sweep['settings']['parameters']
    const trials = sweepRecord().trials.map((trial) => {
      const values = Object.fromEntries(Object.keys(parameters).map((name) => [name, 0.5]))
      return { ...trial, values: trial.trial === 0 ? {} : values }
    })
    const { settings } = sweepRecord()
    const { document } = read(sweepRecord({ settings: { ...settings, parameters }, trials }))
    const [width = 0] = [
      ...document.querySelectorAll('.wide[aria-label="Trials across the parameters"] svg'),
    ].map((svg) => Number(svg.getAttribute('viewBox')?.split(' ')[2]))
    expect(width).toBeGreaterThan(0)
    for (const text of document.querySelectorAll('.wide[aria-label="Trials across the parameters"] text')) {
      const [, left = 0] = /translate\(([-\d.]+)/.exec(text.getAttribute('transform') ?? '') ?? []
      const half = ((text.textContent?.length ?? 0) * 6) / 2
      const isMiddle = text.getAttribute('text-anchor') === 'middle'
      expect(Number(left) - (isMiddle ? half : 0), `${text.textContent}`).toBeGreaterThanOrEqual(0)
    }
  })

  it('leads to the report of each comparison of its final, and names every column', () => {
    const summary = { mean: 0.8, std: 0.01, min: 0.79, max: 0.81, median: 0.8 }
    const final: SweepFinal = {
      ...{ metric: 'accuracy', seeds: [1, 2], between: null },
      comparisons: [
        { role: 'best', frameworks: ['pytorch'], trial: 3, comparisonDirectory: '/runs/pets best-1' },
        { role: 'default', frameworks: ['pytorch'], trial: 0, comparisonDirectory: '/runs/pets-default-2' },
      ],
      gains: [
        {
          ...{ framework: 'pytorch', trial: 3, best: summary, default: summary, verdict: 'undecided' },
          difference: { pairs: 2, mean: 0, interval: null, level: null, pValue: null },
        },
      ],
    }
    const { document, rowsOf } = read(sweepRecord({ final }))
    const unnamed = [...document.querySelectorAll('thead th')].filter((head) => !head.textContent)
    expect(unnamed).toEqual([])
    const links = [...document.querySelectorAll('a')].map((link) => [
      link.getAttribute('href'),
      link.textContent,
    ])
    expect(links).toEqual([
      ['../pets%20best-1/report.html', 'trial 3 of PyTorch'],
      ['../pets-default-2/report.html', 'the specification as it stands'],
    ])
    expect(rowsOf('Test of the best settings and of the specification as it stands')[1]).toEqual([
      ...['PyTorch', '80.00% ± 1.00', '80.00% ± 1.00'],
    ])
  })
})
