import { describe, expect, it } from 'vitest'
import { addUp, countJUnit, countVitest } from '../../scripts/test-counts.js'

describe("the counts of vitest's report", () => {
  const report = {
    numPassedTests: 5,
    numFailedTests: 1,
    numPendingTests: 2,
    numTodoTests: 0,
    testResults: [{ status: 'failed', assertionResults: [{}] }],
  }

  it('are its own sums', () => {
    expect(countVitest(JSON.stringify(report))).toEqual({ passed: 5, failed: 1, skipped: 2 })
  })

  it('take a file that could not be loaded as a failure', () => {
    const testResults = [...report.testResults, { status: 'failed', assertionResults: [] }]
    expect(countVitest(JSON.stringify({ ...report, testResults })).failed).toBe(2)
  })
})

describe("the counts of pytest's report", () => {
  it('take an error as a failure, and no failed or skipped test as passed', () => {
    const xml =
      '<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10"></testsuite></testsuites>'
    expect(countJUnit(xml)).toEqual({ passed: 4, failed: 3, skipped: 3 })
  })

  it('are an error where the report has no suite', () => {
    expect(() => countJUnit('<testsuites></testsuites>')).toThrow('no test suite')
  })
})

it('sums go over all parts', () => {
  const part = { passed: 1, failed: 2, skipped: 3 }
  expect(addUp([part, part])).toEqual({ passed: 2, failed: 4, skipped: 6 })
})
