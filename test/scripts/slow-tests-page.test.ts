import { expect, it } from 'vitest'
import { mergeSlowResults, slowTestsPage } from '../../scripts/slow-tests-page.js'
import type { TimedTest } from '../../scripts/test-reports.js'

const today = { date: '2026-02-03', commit: 'abc1234' }
const old = { date: '2026-01-01', commit: '0000000', passed: false, seconds: 60 }

it('a test that was run gets its result, and one that was not keeps its own', () => {
  const before = { 'test.python.a.test_b test_one': old, 'test.python.a.test_b test_two': old }
  const tests: TimedTest[] = [
    { name: 'test.python.a.test_b test_one', outcome: 'passed', seconds: 30 },
    { name: 'test.python.a.test_b test_three', outcome: 'skipped', seconds: 0 },
  ]
  expect(mergeSlowResults(before, tests, today)).toEqual({
    'test.python.a.test_b test_one': { ...today, passed: true, seconds: 30 },
    'test.python.a.test_b test_two': old,
  })
})

it('a test that fails in itself and in its fixture has failed once', () => {
  const tests: TimedTest[] = [
    { name: 'test.python.a.test_b test_one', outcome: 'failed', seconds: 30 },
    { name: 'test.python.a.test_b test_one', outcome: 'passed', seconds: 1 },
  ]
  expect(Object.values(mergeSlowResults({}, tests, today)).map(({ passed }) => passed)).toEqual([false])
})

it('the page has a row a file, with all days on which its tests were last run', () => {
  const page = slowTestsPage({
    'test.python.a.test_b test_one': { ...today, passed: true, seconds: 30 },
    'test.python.a.test_b.TestClass test_two': old,
  })
  expect(page).toContain(
    '| [a/test_b.py](../test/python/a/test_b.py) | 2026-01-01 (`0000000`), 2026-02-03 (`abc1234`) | 1 | 1 | 1.5 |',
  )
})

it("the page has a row for a file of vitest's too", () => {
  const page = slowTestsPage({
    'test/slow/verify.test.ts verify runs': { ...today, passed: true, seconds: 90 },
  })
  expect(page).toContain(
    '| [slow/verify.test.ts](../test/slow/verify.test.ts) | 2026-02-03 (`abc1234`) | 1 | 0 | 1.5 |',
  )
})
