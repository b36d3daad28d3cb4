import { readFileSync } from 'node:fs'
import { readJUnitReport } from '../test-reports.js'
import type { FigureTable } from './figures.js'

/** Reads pytest's report: how each test ended. */
export function readTests(report: string): FigureTable[] {
  const { counts, tests } = readJUnitReport(readFileSync(report, 'utf8'))
  return [
    {
      title: 'Tests',
      note: `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped.`,
      head: ['test', 'outcome', 'seconds'],
      rows: tests.map(({ name, outcome, seconds }) => [name, outcome, seconds.toFixed(1)]),
    },
  ]
}
