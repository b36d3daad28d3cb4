import { expect, test } from 'vitest'
import { renderShownSweep } from '../../src/report/sweep-report.js'
import { sweepRecord } from './sweep-record.js'

const plain = { columns: 80, color: false }
const shown = { name: 'pets-sweep', sweepDirectory: '/runs/pets-sweep', status: 'finished' as const }

function textOf(changes: Partial<Parameters<typeof renderShownSweep>[0]>): string {
  return renderShownSweep({ ...shown, sweep: sweepRecord(), ...changes }, plain).replaceAll(/\s+/g, ' ')
}

test('the first lines of a sweep say which trials failed and why, and how to try them again', () => {
  const failure = { code: 'PYTHON_DIED' as const, message: 'Python was killed.', hint: null, cause: null }
  const trials = sweepRecord().trials.map((trial) =>
    trial.trial === 2 ? { ...trial, status: 'failed' as const, objective: null, failure } : trial,
  )
  expect(textOf({ sweep: sweepRecord({ trials }) })).toMatch(
    /^pets-sweep finished warning 2 of 10 trials failed\. Trials 2 \(TensorFlow\), 2 \(PyTorch\): Python was killed\. To try again, run: twintune sweep --resume \/runs\/pets-sweep Final comparison/,
  )
  expect(textOf({})).not.toContain('warning')
})

test('a sweep that was stopped is shown with the command that resumes it', () => {
  expect(textOf({ status: 'interrupted', sweep: null })).toBe(
    'pets-sweep interrupted No trial has ended yet. Resume with: twintune sweep --resume /runs/pets-sweep',
  )
})
