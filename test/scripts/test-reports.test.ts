import { describe, expect, it } from 'vitest'
import { addUp, dearestTests, readJUnitReport, readVitestReport } from '../../scripts/test-reports.js'

describe('the report of vitest', () => {
  const file = { name: '/project/test/a.test.ts', status: 'failed' }
  const test = { fullName: 'a thing works', duration: 1500, status: 'passed' }
  const report = {
    numPassedTests: 5,
    numFailedTests: 1,
    numPendingTests: 2,
    numTodoTests: 0,
    testResults: [{ ...file, assertionResults: [test] }],
  }

  it('has its own sums', () => {
    const { counts } = readVitestReport(JSON.stringify(report), '/project/')
    expect(counts).toEqual({ passed: 5, failed: 1, skipped: 2 })
  })

  it('takes a file that could not be loaded as a failure', () => {
    const testResults = [...report.testResults, { ...file, assertionResults: [] }]
    const { counts } = readVitestReport(JSON.stringify({ ...report, testResults }), '/project/')
    expect(counts.failed).toBe(2)
  })

  it('names each test by its file, with its seconds', () => {
    const { tests } = readVitestReport(JSON.stringify(report), '/project/')
    expect(tests).toEqual([{ name: 'test/a.test.ts a thing works', outcome: 'passed', seconds: 1.5 }])
  })
})

describe('the report of pytest', () => {
  const cases =
    '<testcase classname="test.python.test_a" name="test_it[b-c]" time="0.25"><failure message="a &gt; &quot;b&quot;&#10;c">a &lt;b&gt;</failure></testcase><testcase classname="test.python.test_a" name="test_more" time="12.5" />'
  const xml = `<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10">${cases}</testsuite></testsuites>`

  it('counts an error as a failure, and no failed or skipped test as passed', () => {
    expect(readJUnitReport(xml).counts).toEqual({ passed: 4, failed: 3, skipped: 3 })
  })

  it('names each test by its module, with its seconds and what it said', () => {
    expect(readJUnitReport(xml).tests).toEqual([
      { name: 'test.python.test_a test_it[b-c]', outcome: 'failed', seconds: 0.25, message: 'a > "b"\nc' },
      { name: 'test.python.test_a test_more', outcome: 'passed', seconds: 12.5 },
    ])
  })

  it('is an error where it has no suite', () => {
    expect(() => readJUnitReport('<testsuites></testsuites>')).toThrow('no test suite')
  })
})

it('sums go over all parts', () => {
  const part = { passed: 1, failed: 2, skipped: 3 }
  expect(addUp([part, part])).toEqual({ passed: 2, failed: 4, skipped: 6 })
})

it('the dearest tests come first, and no more than are asked for', () => {
  const tests = [1, 30, 2].map((seconds) => ({
    name: `takes ${seconds}`,
    outcome: 'passed' as const,
    seconds,
  }))
  expect(dearestTests(tests, 2)).toEqual(['  30.0 s  takes 30', '   2.0 s  takes 2'])
})
