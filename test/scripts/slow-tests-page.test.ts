import { expect, it } from 'vitest'
import { mergeSlowResults, slowTestsPage } from '../../scripts/slow-tests-page.js'
import type { TimedTest } from '../../scripts/test-reports.js'

const today = { date: '2026-02-03', commit: 'abc1234' }

function reportOf(...tests: TimedTest[]) {
  return { counts: { passed: 0, failed: 0, skipped: 0 }, tests }
}

it('a file that was run gets its sums, and one that was not keeps its row', () => {
  const old = { date: '2026-01-01', commit: '0000000', passed: 7, failed: 0, seconds: 60 }
  const report = reportOf(
    { name: 'test.python.a.test_b test_one[x]', outcome: 'passed', seconds: 30 },
    { name: 'test.python.a.test_b.TestClass test_two', outcome: 'failed', seconds: 60 },
    { name: 'test.python.a.test_b test_three', outcome: 'skipped', seconds: 0 },
  )
  const before = { 'test/python/a/test_b.py': old, 'test/python/c/test_d.py': old }
  expect(mergeSlowResults(before, report, today)).toEqual({
    'test/python/a/test_b.py': { ...today, passed: 1, failed: 1, seconds: 90 },
    'test/python/c/test_d.py': old,
  })
})

it('the page has a row a file', () => {
  const page = slowTestsPage({ 'test/python/a/test_b.py': { ...today, passed: 3, failed: 0, seconds: 90 } })
  expect(page).toContain(
    '| [a/test_b.py](../test/python/a/test_b.py) | 2026-02-03 | `abc1234` | 3 | 0 | 1.5 |',
  )
})
