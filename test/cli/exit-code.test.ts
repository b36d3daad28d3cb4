import { expect, it } from 'vitest'
import { exitCodeOfComparison, exitCodeOfFailure } from '../../src/cli/exit-code.js'
import type { FailureCode } from '../../src/failure.js'
import { comparison, failedRun, finishedRun } from '../report/comparison.js'

it.each<[FailureCode, number]>([
  ['INTERNAL', 1],
  ['SPEC_INVALID', 2],
  ['COMPARISON_NOT_FOUND', 2],
  ['DATASET_NOT_FOUND', 3],
  ['LOSS_NOT_FINITE', 3],
  ['FRAMEWORK_MISSING', 5],
  ['CANCELLED', 130],
])('ends a command that failed with %s with %i', (code, exitCode) => {
  expect(exitCodeOfFailure({ code })).toBe(exitCode)
})

it.each<[string, FailureCode[], number]>([
  ['no run failed', [], 0],
  ['a run failed', ['PYTHON_EXCEPTION'], 3],
  ['every failure is of the environment', ['INTERPRETER_MISSING', 'FRAMEWORK_MISSING'], 5],
  ['only some failures are of the environment', ['PYTHON_DIED', 'FRAMEWORK_MISSING'], 3],
  ['twintune itself is at fault', ['PYTHON_DIED', 'INTERNAL'], 1],
])('when %s', (_, codes, exitCode) => {
  const failed = codes.map((code, seed) =>
    failedRun('pytorch', seed, { code, message: '', hint: null, cause: null }),
  )
  const status = codes.length > 0 ? 'failed' : 'finished'
  expect(exitCodeOfComparison(comparison({ status, runs: [finishedRun('tensorflow', 0), ...failed] }))).toBe(
    exitCode,
  )
})

it('is 130 for a comparison that was cancelled, whatever failed before', () => {
  expect(exitCodeOfComparison(comparison({ status: 'cancelled' }))).toBe(130)
})

it('counts a check that failed like a run that failed', () => {
  const unjudged = [{ seed: 0, code: 'PYTHON_DIED' as const, message: '' }]
  expect(exitCodeOfComparison(comparison({ unjudged }))).toBe(3)
})

it('counts the failure of a repeat like that of any run', () => {
  const failed = failedRun('pytorch', 0, { code: 'PYTHON_DIED', message: '', hint: null, cause: null })
  expect(exitCodeOfComparison(comparison({ status: 'failed', repeats: [{ ...failed, repeat: true }] }))).toBe(
    3,
  )
})
