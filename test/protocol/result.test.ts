import { describe, expect, it } from 'vitest'
import { runResultSchema } from '../../src/protocol/result.js'
import { failedRun, finishedRun, lossNotFinite } from '../report/comparison.js'

describe('the result of a run', () => {
  const finished = finishedRun('pytorch', 0)
  const failed = failedRun('pytorch', 0, lossNotFinite)

  it('has the same fields whether the run finished or not', () => {
    expect(Object.keys(failed).toSorted()).toEqual(Object.keys(finished).toSorted())
    expect(runResultSchema.parse(failed)).toEqual(failed)
  })

  it('has no measurement of a run that did not finish', () => {
    const { framework, seed, status, failure, profile, epochs, classes, ...measurements } = failed
    expect(new Set(Object.values(measurements))).toEqual(new Set([null]))
    for (const field of Object.keys(measurements)) {
      const claimed = { ...failed, [field]: Reflect.get(finished, field) }
      expect(runResultSchema.safeParse(claimed).success, field).toBe(false)
    }
  })
})
