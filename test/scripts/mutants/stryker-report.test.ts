import { expect, it } from 'vitest'
import { describe as describeOutcomes, readReport } from '../../../scripts/mutants/stryker-report.js'

const mutant = {
  mutatorName: 'ArithmeticOperator',
  replacement: 'a - b',
  status: 'Survived',
  location: { start: { line: 2, column: 10 }, end: { line: 2, column: 15 } },
}
const report = (...statuses: string[]) =>
  JSON.stringify({
    files: {
      'src/f.ts': {
        source: 'export function f(a: number, b: number) {\n  return a + b\n}\n',
        mutants: statuses.map((status) => ({ ...mutant, status })),
      },
    },
  })

it('a survivor is told with its place and its mistake', () => {
  const text = describeOutcomes(readReport(report('Survived')).outcomes)
  expect(text).toContain('src/f.ts:2')
  expect(text).toContain('- a + b')
  expect(text).toContain('+ a - b')
})

it('what is not in the sample counts among all mutants alone', () => {
  const { outcomes, of } = readReport(report('CompileError', 'Killed'))
  expect(outcomes.map(({ status }) => status)).toEqual(['killed'])
  expect(of).toBe(2)
})

it('a time limit counts as killed, and a line that no test runs as survived', () => {
  const { outcomes } = readReport(report('Killed', 'Timeout', 'Survived', 'NoCoverage'))
  expect(describeOutcomes(outcomes)).toContain('2 of 4 mutants killed (50%), 1 of them by a time limit')
})
