import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { AllRunsFailedError } from '../src/compare/all-runs-failed.js'
import { TwintuneError } from '../src/failure.js'
import type { UnfinishedRun } from '../src/protocol/result.js'
import { SpecError } from '../src/spec/spec-error.js'

// What Node prints of an error that nobody catches.
describe('an error, printed whole', () => {
  const times = (printed: string, text: string) => printed.split(text).length - 1

  it('begins with the message, which it has once, and ends with code and hint', () => {
    const printed = inspect(
      new TwintuneError({ code: 'WEIGHTS_NOT_FOUND', message: 'No weights.', hint: 'Fetch them.' }),
    )
    expect(printed).toMatch(/^TwintuneError: No weights\.\n {4}at /)
    expect(printed).toMatch(/\{\n {2}code: 'WEIGHTS_NOT_FOUND',\n {2}hint: 'Fetch them\.'\n\}$/)
    expect(times(printed, 'No weights.')).toBe(1)
  })

  it('of a specification has each issue once', () => {
    const issue = {
      file: 'a.yaml',
      line: 2,
      column: 1,
      path: 'seeds',
      message: 'No seeds.',
      suggestion: null,
    }
    const error = new SpecError([issue])
    expect(times(inspect(error), 'No seeds.')).toBe(1)
    expect(error.issues).toEqual([issue])
  })

  it('of runs that failed has the failure once', () => {
    const failure = { code: 'OUT_OF_MEMORY', message: 'No memory.', hint: null, cause: null }
    const runs = [0, 1, 2].map((seed) => ({ framework: 'pytorch', seed, failure }) as UnfinishedRun)
    const error = new AllRunsFailedError(runs[0] as UnfinishedRun, runs, 'runs/a')
    expect(times(inspect(error), 'No memory.')).toBe(1)
    expect(error.runs).toEqual(runs)
  })

  it('shows what caused it', () => {
    const cause = { type: 'ValueError', message: 'bad', detail: 'Traceback' }
    expect(inspect(new TwintuneError({ code: 'PYTHON_EXCEPTION', message: 'Python.', cause }))).toContain(
      '[cause]',
    )
  })
})
