import { existsSync, readFileSync } from 'node:fs'
import type { PhrasingContent, RootContent } from 'mdast'
import { heading, list, paragraph, tableOf, writeMarkdown } from '../../src/page/markdown.js'
import { formatNumberOf, formatSeconds } from '../../src/report/format.js'
import { shellQuote } from '../../src/shell-quote.js'
import type { FigureTable } from './figures.js'
import type { Machine } from './machine.js'
import { type Ended, fileOf } from './session.js'

/** Lines of a failed step's output that the page shows; the file beside it has all of them. */
const shownLines = 100

export interface Page {
  readonly ended: readonly Ended[]
  readonly machine: Machine
  readonly device: 'cpu' | 'gpu'
  readonly weights: 'imagenet' | 'random'
  /** Absolute path of the folder that the page and the outputs lie in. */
  readonly folder: string
}

/** Renders the page of `make gpu` as Markdown, for a reader who wasn't there: every figure, and every failure whole. */
export function renderPage(page: Page): string {
  const { ended, machine } = page
  return writeMarkdown([
    heading(1, page.device === 'gpu' ? 'twintune on a GPU' : 'twintune on a GPU, tried on a CPU'),
    paragraph(introduction(page)),
    paragraph(summary(ended)),
    heading(2, 'Machine'),
    tableOf({ note: '', head: ['', ''], rows: machine.rows }, 'left'),
    heading(2, 'Steps'),
    tableOf(stepTable(ended), 'left'),
    ...failures(page),
    heading(2, 'Figures'),
    ...ended.flatMap((each) => figuresOf(each, page.folder)),
  ])
}

function introduction({ device, weights, machine }: Page): string {
  const trial =
    device === 'gpu'
      ? ''
      : ' This is a trial without a GPU, on a few small images: it shows that the steps work, and its figures mean nothing.'
  const ofWeights =
    weights === 'random'
      ? 'All weights are random, so that accuracies mean nothing.'
      : 'The weights are those of ImageNet.'
  return `Written by make gpu on ${machine.date}, of twintune at ${machine.commit}.${trial} ${ofWeights} twintune trains the same experiment with TensorFlow and with PyTorch: compare carries it out and compares, verify climbs a ladder of checks that both compute the same. In aligned mode both get the same weights, pixels and batches; in idiomatic mode each library is taken as it comes. The folder of this page has all output of each step in steps/, and the comparisons in runs/.`
}

function summary(ended: readonly Ended[]): string {
  const count = (state: string): number => ended.filter(({ outcome }) => outcome.state === state).length
  const failed = count('failed') + count('timed out')
  const broken = count('running')
  const seconds = ended.reduce((sum, { outcome }) => sum + outcome.seconds, 0)
  return [
    `${formatNumberOf(count('done'), 'step')} done`,
    `${failed} failed`,
    `${count('left out')} left out`,
    ...(broken > 0 ? [`${broken} broken off`] : []),
    `${formatSeconds(seconds)} in all.`,
  ].join(', ')
}

function stepTable(ended: readonly Ended[]) {
  return {
    note: '',
    head: ['step', 'what it does', 'outcome', 'time'],
    rows: ended.map(({ step, outcome, isEarlier }) => [
      step.name,
      step.purpose,
      `${outcomeText(outcome.state, step.refusal !== undefined)}${outcome.reason === null ? '' : `: ${outcome.reason}`}`,
      outcome.state === 'left out'
        ? ''
        : `${formatSeconds(outcome.seconds)}${isEarlier ? `, ${outcome.startedAt.slice(0, 16).replace('T', ' ')} UTC` : ''}`,
    ]),
  }
}

function outcomeText(state: Ended['outcome']['state'], isRefusal: boolean): string {
  if (state === 'running') return 'broken off'
  return state === 'done' && isRefusal ? 'done, and refused as it should be' : state
}

function failures({ ended, folder }: Page): RootContent[] {
  const failed = ended.filter(({ outcome: { state } }) => state === 'failed' || state === 'timed out')
  if (failed.length === 0) return [heading(2, 'Failures'), paragraph('No step failed.')]
  return [heading(2, 'Failures'), ...failed.flatMap((each) => failureOf(each, folder))]
}

function failureOf({ step, outcome }: Ended, folder: string): RootContent[] {
  const facts: PhrasingContent[][] = [
    [text('Command: '), code(commandText(step))],
    [text(`End: ${outcome.state}, ${outcome.reason}, after ${formatSeconds(outcome.seconds)}`)],
  ]
  const outputs = (['stderr', 'stdout'] as const).flatMap((kind) => {
    const file = fileOf(folder, step, kind)
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
    if (lines.join('').trim() === '') return []
    const shown = lines.slice(-shownLines)
    const what = kind === 'stderr' ? 'messages' : 'standard output'
    const extent = shown.length === lines.length ? 'All' : `The last ${shown.length} of ${lines.length} lines`
    return [
      paragraph(`${extent} of its ${what}, steps/${step.name}.${kind}.txt:`),
      // A line of JSON may have megabytes, and the file has it whole.
      { type: 'code' as const, value: shown.map((line) => clipped(line)).join('\n') },
    ]
  })
  return [heading(3, step.name), list(facts), ...outputs]
}

const longestLine = 2000

function clipped(line: string): string {
  return line.length <= longestLine ? line : `${line.slice(0, longestLine)} … (${line.length} characters)`
}

function figuresOf({ step, outcome }: Ended, folder: string): RootContent[] {
  if (!step.readFigures || outcome.state === 'left out' || outcome.state === 'running') return []
  return [
    heading(3, step.name),
    paragraph(step.purpose),
    { type: 'paragraph', children: [code(commandText(step))] },
    ...readTables(step.readFigures, fileOf(folder, step, 'stdout')).flatMap((table) =>
      typeof table === 'string' ? [paragraph(table)] : tableWithTitle(table),
    ),
  ]
}

// A step that failed may have printed figures before, and one that is done figures that nobody foresaw.
function readTables(read: (stdout: string) => readonly FigureTable[], file: string) {
  try {
    return read(existsSync(file) ? readFileSync(file, 'utf8') : '')
  } catch (error) {
    return [`No figures: ${error instanceof Error ? error.message : String(error)}.`]
  }
}

function tableWithTitle({ title, note, head, rows }: FigureTable): RootContent[] {
  const strong: PhrasingContent = { type: 'strong', children: [text(title)] }
  return [
    { type: 'paragraph', children: note === '' ? [strong] : [strong, text(`. ${note}`)] },
    ...(rows.length === 0 ? [] : [tableOf({ note: '', head, rows }, 'left')]),
  ]
}

function commandText({ command, env = {} }: Pick<Ended['step'], 'command' | 'env'>): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${shellQuote(value)}`)
  return [...variables, ...command.map((word) => shellQuote(word))].join(' ')
}

function text(value: string): PhrasingContent {
  return { type: 'text', value }
}

function code(value: string): PhrasingContent {
  return { type: 'inlineCode', value }
}
