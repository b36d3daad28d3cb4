import { readFileSync } from 'node:fs'
import { type Report, readJUnitReport } from '../test-reports.js'
import type { FigureTable } from './figures.js'

/** Says in a few words how the tests of pytest's report ended. */
export function readCounts(file: string): string {
  const { passed, failed, skipped } = read(file).counts
  return `${passed} passed, ${failed} failed, ${skipped} skipped.`
}

/** Reads pytest's report: how each test ended, and the first line of what it said. */
export function readTests(file: string): FigureTable[] {
  return [
    {
      title: 'Tests',
      note: `${readCounts(file)} The messages of tests that failed stand whole under Failures.`,
      head: ['test', 'outcome', 'seconds', 'why'],
      rows: read(file).tests.map(({ name, outcome, seconds, message = '' }) => [
        name.split(' ').slice(1).join(' ').replaceAll('_', ' ').trim(),
        outcome,
        seconds.toFixed(1),
        message.split('\n')[0] ?? '',
      ]),
    },
  ]
}

function read(file: string): Report {
  return readJUnitReport(readFileSync(file, 'utf8'))
}
