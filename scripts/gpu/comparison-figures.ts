import type { Comparison } from '../../src/compare/comparison.js'
import { eventSchema } from '../../src/events.js'
import { frameworkNames } from '../../src/framework-names.js'
import { verdictSentence } from '../../src/page/headline.js'
import { tableOfMetrics } from '../../src/page/metric-table.js'
import { formatError, formatNumberOf } from '../../src/report/format.js'
import {
  formatHundredths,
  measureRows,
  peakMemory,
  secondsInAll,
  speedNotes,
} from '../../src/report/measures.js'
import { finishedRuns, frameworksOf } from '../../src/report/runs.js'
import { type Part, partLabels, speeds } from '../../src/report/time-table.js'
import type { Framework } from '../../src/spec/schema.js'
import { type FigureTable, jsonLines } from './figures.js'

/** Says in a sentence what `compare --json` or `train --json` has come to. */
export function readVerdict(stdout: string): string {
  const comparison = finishedComparison(stdout)
  const { runs, contract } = comparison
  const finished = finishedRuns(runs).length
  const count = (wanted: string): number => contract.filter(({ state }) => state === wanted).length
  return [
    `${finished} of ${formatNumberOf(runs.length, 'run')} finished. ${verdictSentence(comparison)}`,
    ...(contract.length === 0
      ? []
      : [
          `Contract of ${contract.length} rows: ${count('identical')} identical, ${count('equivalent')} equivalent, ${count('different')} different, ${count('unchecked')} unchecked.`,
        ]),
  ].join(' ')
}

/** Reads what `compare --json` or `train --json` has printed: the test, times and memory, what was read back, the contract. */
export function readComparison(stdout: string): FigureTable[] {
  const comparison = finishedComparison(stdout)
  return [
    testTable(comparison),
    speedTable(comparison),
    factsTable(comparison),
    contractTable(comparison),
  ].filter((table) => table !== null)
}

function finishedComparison(stdout: string): Comparison {
  const events = jsonLines(stdout).map((line) => eventSchema.safeParse(line))
  const finished = events.flatMap(({ data }) => (data?.type === 'comparison-finished' ? [data] : [])).at(-1)
  if (!finished) throw new Error('the command printed no comparison')
  return finished.comparison
}

function testTable(comparison: Comparison): FigureTable | null {
  const table = tableOfMetrics(comparison)
  return table && { ...table, title: 'Test', note: `${verdictSentence(comparison)} ${table.note}` }
}

function speedTable({ runs }: Comparison): FigureTable | null {
  const finished = finishedRuns(runs)
  if (finished.length === 0) return null
  const frameworks = frameworksOf(finished)
  const secondsOf = (framework: Framework, part: Part): string =>
    finished
      .filter((run) => run.framework === framework)
      .map(({ seconds }) => formatHundredths(seconds[part]))
      .join(', ')
  const figures = [
    ...speeds.map((speed) => ({ ...speed, label: `${speed.label}, images a second` })),
    { ...secondsInAll, label: 'a run in all, seconds' },
    { ...peakMemory, label: 'peak memory, MiB' },
  ]
  return {
    title: 'Time and memory',
    note: [
      ...speedNotes(finished),
      'Images a second leave out the first step; where the backbone is frozen, training passes over features that the feature pass has computed once.',
      `The seconds of each part are those of each seed in turn: only the first run of a framework starts Python, imports and, mostly, builds a frozen backbone.`,
      `Memory: ${[...new Set(finished.map(({ peakMemoryMethod }) => peakMemoryMethod))].join('; ')}.`,
    ].join(' '),
    head: ['', ...frameworks.map((framework) => frameworkNames[framework])],
    rows: [
      ...measureRows(figures, finished),
      ...(Object.keys(partLabels) as Part[]).map((part) => [
        `${partLabels[part].trim()}, seconds`,
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
    note: 'The device of the live variables, and their data types with the state of TF32 on a GPU. Of each phase, the steps that loss scaling skipped, and by how much the kept features differ, relatively, from those of a plain pass of the backbone.',
    head: [
      'run',
      'device',
      'precision',
      'loss of the first batch',
      'skipped steps',
      'difference of features',
    ],
    rows: finished.map(({ framework, seed, facts, firstStepLoss }) => [
      `${frameworkNames[framework]} seed ${seed}`,
      facts.device,
      facts.precision,
      String(firstStepLoss),
      facts.phases.map(({ skippedSteps }) => skippedSteps).join(', '),
      facts.phases
        .map(({ featuresDifference }) =>
          featuresDifference === null ? 'trained on pixels' : formatError(featuresDifference),
        )
        .join(', '),
    ]),
  }
}

function contractTable({ contract, mode }: Comparison): FigureTable | null {
  if (contract.length === 0) return null
  const others = contract.filter(({ state }) => state !== 'identical')
  return {
    title: 'Fairness contract',
    note: `It says what both frameworks were given and did. ${contract.length - others.length} of ${contract.length} rows are identical${others.length > 0 ? '; these are not' : ''}. ${mode === 'aligned' ? 'A row that is different means different work, which is a fault. Equivalent is equal up to rounding; unchecked is what could not be looked at.' : 'Rows that are different are meant to be: each library has its own.'}`,
    head: ['ingredient', 'state', 'evidence'],
    rows: others.map(({ ingredient, state, evidence }) => [ingredient, state, evidence]),
  }
}
