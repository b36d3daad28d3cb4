import type { Comparison } from '../../src/compare/comparison.js'
import { eventSchema } from '../../src/events.js'
import { frameworkNames } from '../../src/framework-names.js'
import { verdictSentence } from '../../src/page/headline.js'
import { tableOfMetrics } from '../../src/page/metric-table.js'
import { formatError } from '../../src/report/format.js'
import { measureRows, speedMeasures, speedNotes } from '../../src/report/measures.js'
import { finishedRuns, frameworksOf } from '../../src/report/runs.js'
import { type FigureTable, jsonLines } from './figures.js'

/** Reads what `compare --json` or `train --json` has printed: the test, times and memory, what was read back, the contract. */
export function readComparison(stdout: string): FigureTable[] {
  const events = jsonLines(stdout).map((line) => eventSchema.safeParse(line))
  const finished = events.flatMap(({ data }) => (data?.type === 'comparison-finished' ? [data] : [])).at(-1)
  if (!finished) throw new Error('the command printed no comparison')
  const { comparison } = finished
  return [
    testTable(comparison),
    speedTable(comparison),
    factsTable(comparison),
    contractTable(comparison),
  ].filter((table) => table !== null)
}

function testTable(comparison: Comparison): FigureTable | null {
  const table = tableOfMetrics(comparison)
  return table && { ...table, title: 'Test', note: `${verdictSentence(comparison)} ${table.note}` }
}

function speedTable({ runs }: Comparison): FigureTable | null {
  const finished = finishedRuns(runs)
  if (finished.length === 0) return null
  const frameworks = frameworksOf(finished)
  const parts = [
    'build',
    'data',
    'features',
    'firstStep',
    'train',
    'loader',
    'validation',
    'evaluate',
  ] as const
  const secondsOf = (framework: (typeof frameworks)[number], part: (typeof parts)[number]): string =>
    finished
      .filter((run) => run.framework === framework)
      .map(({ seconds }) => seconds[part].toFixed(2))
      .join(', ')
  return {
    title: 'Time and memory',
    note: `${speedNotes(finished).join(' ')} The seconds of each part are those of each seed. Memory: ${[...new Set(finished.map(({ peakMemoryMethod }) => peakMemoryMethod))].join('; ')}.`,
    head: ['', ...frameworks.map((framework) => frameworkNames[framework])],
    rows: [
      ...measureRows(speedMeasures, finished),
      ...parts.map((part) => [
        `${part}, seconds`,
        ...frameworks.map((framework) => secondsOf(framework, part)),
      ]),
    ],
  }
}

function factsTable({ runs }: Comparison): FigureTable | null {
  const finished = finishedRuns(runs)
  if (finished.length === 0) return null
  return {
    title: 'Read back from the live model',
    note: 'The device of the live variables, and their data types with the state of TF32 on a GPU.',
    head: ['run', 'device', 'precision', 'first loss', 'skipped steps', 'features against a plain pass'],
    rows: finished.map(({ framework, seed, facts, firstStepLoss }) => [
      `${frameworkNames[framework]} seed ${seed}`,
      facts.device,
      facts.precision,
      String(firstStepLoss),
      facts.phases.map(({ skippedSteps }) => skippedSteps).join(', '),
      facts.phases
        .map(({ featuresDifference }) =>
          featuresDifference === null ? 'on pixels' : formatError(featuresDifference),
        )
        .join(', '),
    ]),
  }
}

function contractTable({ contract }: Comparison): FigureTable | null {
  if (contract.length === 0) return null
  const others = contract.filter(({ state }) => state !== 'identical')
  return {
    title: 'Fairness contract',
    note: `${contract.length - others.length} of ${contract.length} rows are identical${others.length > 0 ? '; these are not' : ''}.`,
    head: ['ingredient', 'state', 'evidence'],
    rows: others.map(({ ingredient, state, evidence }) => [ingredient, state, evidence]),
  }
}
