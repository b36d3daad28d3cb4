import { describe, expect, it } from 'vitest'
import { completeComparison } from '../../src/compare/complete-comparison.js'
import type { RunResult } from '../../src/protocol/result.js'
import { comparisonSettingsSchema } from '../../src/spec/comparison-schema.js'
import { cancelledFailure, comparison, failedRun, lossNotFinite } from '../report/comparison.js'
import { repeated, result } from './results.js'

const runs = [result('tensorflow', 0), result('pytorch', 0)]
const experiment = { comparison: { ...comparisonSettingsSchema.parse({}), noise: true } }
const answers = { between: [], within: [] }
const whole = { unjudged: [], shard: null, merged: null }

const { repeats: _, disagreement: __, noise: ___, ...compared } = comparison({ runs })

function complete(...repeats: readonly RunResult[]) {
  return completeComparison(compared, { experiment, results: [...runs, ...repeats], answers, ...whole })
}

describe('a comparison with repeats', () => {
  it('has them apart from the runs that count', () => {
    const repeats = runs.map(repeated)
    expect(complete(...repeats)).toMatchObject({ status: 'finished', runs, repeats })
  })

  it.each([
    ['failed', lossNotFinite],
    ['cancelled', cancelledFailure],
  ] as const)('has %s when one of them has', (status, failure) => {
    const repeat = { ...failedRun('pytorch', 0, failure), repeat: true } as const
    expect(complete(repeat).status).toBe(status)
  })

  it('has no noise where none was asked for', () => {
    const quiet = { comparison: comparisonSettingsSchema.parse({}) }
    expect(complete().noise).not.toBeNull()
    expect(
      completeComparison(compared, { experiment: quiet, results: runs, answers, ...whole }).noise,
    ).toBeNull()
  })
})
