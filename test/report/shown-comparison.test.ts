import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { renderShownComparison } from '../../src/report/shown-comparison.js'
import { comparison, failedRun, finishedRun, lossNotFinite, withFailures } from './comparison.js'

const wide = { color: false, columns: 120 }
const asSummary = { ...wide, details: false }

describe('one comparison', () => {
  const name = 'fashion-frozen-20261124-101500-k3f9'
  const comparisonDirectory = path.resolve('runs', name)

  test('shows its comparison where there is one', () => {
    const view = renderShownComparison(
      { name, comparisonDirectory, status: 'finished', comparison: comparison(), results: [] },
      asSummary,
    )
    expect(view).toContain('Fairness contract')
    expect(view.split('\n').at(-1)).toBe(`All figures and their evidence: twintune show ${name} --details`)
  })

  test('shows each seed, and names no other command, where all is asked for', () => {
    const view = renderShownComparison(
      { name, comparisonDirectory, status: 'finished', comparison: comparison(), results: [] },
      { ...asSummary, details: true },
    )
    expect(view).toMatch(/seed 1 +85\.70%/)
    expect(view).not.toContain('--details')
  })

  test('shows what each run came to where it was interrupted', () => {
    const results = [finishedRun('tensorflow', 0), failedRun('pytorch', 0, lossNotFinite)]
    const view = renderShownComparison(
      { name, comparisonDirectory, status: 'interrupted', comparison: null, results },
      asSummary,
    )
    expect(view).toContain(`${name}  interrupted`)
    expect(view).toMatch(/TensorFlow +seed 0 +finished +86\.10% +0\.4102 +20 s/)
    expect(view).toMatch(/PyTorch +seed 0 +failed +–/)
    expect(view).toContain('The loss became NaN')
  })

  test.each(['interrupted', 'cancelled'] as const)('says what resumes it when it is %s', (status) => {
    const view = renderShownComparison(
      { name, comparisonDirectory, status, comparison: null, results: [] },
      asSummary,
    )
    expect(view.split('\n').at(-1)).toBe(`Resume with: twintune resume ${name}`)
  })

  test('says how runs that failed are tried again', () => {
    const view = renderShownComparison(
      { name, comparisonDirectory, status: 'failed', comparison: withFailures(), results: [] },
      asSummary,
    )
    expect(view.split('\n').at(-1)).toBe(`Try the failed runs again with: twintune resume ${name}`)
  })

  test('begins with the checks that failed, and the command that makes them', () => {
    const unjudged = [{ seed: 0, code: 'PYTHON_DIED' as const, message: 'PyTorch could not judge seed 0.' }]
    const view = renderShownComparison(
      { name, comparisonDirectory, status: 'finished', comparison: comparison({ unjudged }), results: [] },
      asSummary,
    )
    expect(view.split('\n')[0]).toBe(
      `warning Checks are missing: PyTorch could not judge seed 0. To make them, run: twintune resume ${name}`,
    )
  })

  test('names its folder where its name alone would not be found', () => {
    const elsewhere = { name, comparisonDirectory: `/data/runs/${name}`, comparison: null, results: [] }
    const view = renderShownComparison({ ...elsewhere, status: 'interrupted' }, asSummary)
    expect(view.split('\n').at(-1)).toBe(`Resume with: twintune resume /data/runs/${name}`)
  })

  test.each(['finished', 'failed', 'running'] as const)('offers to resume none that is %s', (status) => {
    expect(
      renderShownComparison({ name, comparisonDirectory, status, comparison: null, results: [] }, asSummary),
    ).not.toContain('Resume')
  })

  test('says that another version wrote what this one cannot read', () => {
    const shown = { name, comparisonDirectory, status: 'unreadable' as const, comparison: null, results: [] }
    expect(renderShownComparison(shown, asSummary)).toContain('another version wrote it')
  })

  test('says so when no run came to an end', () => {
    expect(
      renderShownComparison(
        { name, comparisonDirectory, status: 'interrupted', comparison: null, results: [] },
        asSummary,
      ),
    ).toContain('No run came to an end.')
  })
})
