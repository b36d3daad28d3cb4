import type { RootContent } from 'mdast'
import { heading, list, paragraph, tableOf, writeMarkdown } from '../../src/page/markdown.js'
import { formatNumberOf, formatSeconds } from '../../src/report/format.js'
import type { FigureTable } from './figures.js'
import type { Machine } from './machine.js'
import { code, commandText, failureOf, readPrinted, refusalIn, text } from './page-parts.js'
import { type Ended, fileOf } from './session.js'
import type { Step } from './step.js'

export interface Page {
  readonly ended: readonly Ended[]
  /** Steps that have not ended yet, where the page is written before the last of them. */
  readonly toCome: readonly Step[]
  /** Reasons for which frameworks can't be used, a sentence for each. */
  readonly obstacles: readonly string[]
  readonly machine: Machine
  readonly device: 'cpu' | 'gpu'
  /** Weights of the document's experiment; those of the sample are ImageNet's on a GPU. */
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
    ...summary(page),
    ...(page.obstacles.length === 0
      ? []
      : [paragraph(`${page.obstacles.join('. ')}. The steps that need it are left out.`)]),
    heading(2, 'How to read this page'),
    list(glossary(page).map((entry) => [text(entry)])),
    heading(2, 'Machine'),
    tableOf({ note: '', head: ['what', 'as it was found'], rows: machine.rows }, 'left'),
    heading(2, 'Steps'),
    tableOf(stepTable(page), 'left'),
    ...failures(page),
    heading(2, 'Figures'),
    ...ended.flatMap((each) => figuresOf(each, page.folder)),
  ])
}

function introduction({ device, machine }: Page): string {
  const trial =
    device === 'gpu'
      ? ''
      : ' This is a trial without a GPU, on a few small images: it shows that the steps work, and its figures mean nothing.'
  return `Written by make gpu on ${machine.date}, of twintune at ${machine.commit}.${trial} twintune trains the same experiment with TensorFlow and with PyTorch, and says how the two compare.`
}

function glossary({ device, weights }: Page): string[] {
  const ofWeights =
    device === 'cpu'
      ? 'All weights are random in this trial, so that accuracies mean nothing.'
      : weights === 'random'
        ? "The document's experiment has random weights, since those of ImageNet could not be downloaded: its accuracies mean nothing. All others have the weights of ImageNet."
        : 'The weights are those of ImageNet, but for the benchmark, whose random ones take the same time.'
  return [
    'A step is one command with a limit of minutes. It is done where it ended as it should; it failed or timed out where it did not, and then its messages stand under Failures; it is left out where this machine can’t carry it out, or no time was left.',
    'compare trains the same experiment in both frameworks and compares them; verify climbs a ladder of checks, the rungs, that both compute the same; a run is one framework with one seed.',
    'A verdict on accuracies needs six seeds or more. The comparisons here have one or two, and so can’t tell the frameworks apart: what counts is the contract, which lists what both were given and did. In aligned mode no row of it may be different; in idiomatic mode many are meant to be.',
    'In aligned mode both frameworks get the same weights, pixels, batches and arithmetic; in idiomatic mode each library is taken as it comes. The document is the one that twintune was written for, which trains a head on a frozen ResNet-50.',
    'float32, bfloat16 and float16 are the formats of the numbers that a network computes with. TF32 is a GPU’s faster and less exact way to multiply float32: aligned mode has it off.',
    ofWeights,
    'Times marked with * are from a machine that others used at the same time. A dash stands where there is no figure, such as an interval of one seed. ECE is the expected calibration error: how far a model’s confidence lies from its accuracy.',
    'The folder of this page has all output of each step in steps/, and the comparisons of each step in runs/, with a report.html for people.',
  ]
}

function summary({ ended, toCome }: Page): RootContent[] {
  const namesOf = (...states: string[]): string[] =>
    ended.filter(({ outcome }) => states.includes(outcome.state)).map(({ step }) => step.name)
  const named = (names: readonly string[], words: string): string[] =>
    names.length === 0 ? [] : [`${names.length} ${words} (${names.join(', ')})`]
  const failed = namesOf('failed', 'timed out')
  const seconds = ended.reduce((sum, { outcome }) => sum + outcome.seconds, 0)
  const counts = [
    `${formatNumberOf(namesOf('done').length, 'step')} done`,
    ...(failed.length === 0 ? ['none failed'] : named(failed, 'failed')),
    ...named(namesOf('left out'), 'left out'),
    ...named(namesOf('running'), 'broken off'),
    ...named(
      toCome.map(({ name }) => name),
      'not yet carried out: make gpu goes on with them',
    ),
  ]
  return [paragraph(`${counts.join('; ')}. The steps took ${formatSeconds(seconds)} in all.`)]
}

function stepTable(page: Page) {
  const { ended, toCome, machine } = page
  return {
    note: '',
    head: ['step', 'what it does', 'outcome', 'what came out', 'time', 'began'],
    rows: [
      ...ended.map(({ step, outcome, isEarlier }) => {
        const { state, reason } = outcome
        const isLeftOut = state === 'left out'
        const hasEnded = !isLeftOut && state !== 'running'
        return [
          step.name,
          step.purpose,
          `${outcomeText(state, step.refusal !== undefined)}${reason === null ? '' : `: ${reason}`}`,
          hasEnded && step.readResult ? resultOf(step.readResult, fileOf(page.folder, step, 'stdout')) : '',
          isLeftOut ? '' : formatSeconds(outcome.seconds),
          isLeftOut
            ? ''
            : `${outcome.startedAt.slice(0, 16).replace('T', ' ')} UTC${isEarlier ? ', by an earlier call' : ''}${outcome.commit === machine.commit ? '' : ` at ${outcome.commit}`}`,
        ]
      }),
      ...toCome.map(({ name, purpose }) => [name, purpose, 'not yet carried out', '', '', '']),
    ],
  }
}

// A step that failed may have printed nothing.
function resultOf(read: (stdout: string) => string, file: string): string {
  try {
    return read(readPrinted(file))
  } catch {
    return ''
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

function figuresOf({ step, outcome }: Ended, folder: string): RootContent[] {
  if (outcome.state === 'left out' || outcome.state === 'running') return []
  const isRefused = step.refusal !== undefined && outcome.state === 'done'
  if (!step.readFigures && !isRefused) return []
  return [
    heading(3, step.name),
    paragraph(step.purpose),
    { type: 'paragraph', children: [code(commandText(step))] },
    ...(step.readFigures
      ? readTables(step.readFigures, fileOf(folder, step, 'stdout')).flatMap((table) =>
          typeof table === 'string' ? [paragraph(table)] : tableWithTitle(table),
        )
      : [
          paragraph('It was refused as it should be, with these words:'),
          ...refusalIn(fileOf(folder, step, 'stderr')),
        ]),
  ]
}

// A step that failed may have printed figures before, and one that is done figures that nobody foresaw.
function readTables(read: NonNullable<Step['readFigures']>, file: string) {
  try {
    return read(readPrinted(file))
  } catch (error) {
    return [`No figures: ${error instanceof Error ? error.message : String(error)}.`]
  }
}

function tableWithTitle({ title, note, head, rows }: FigureTable): RootContent[] {
  return [
    {
      type: 'paragraph',
      children: [{ type: 'strong', children: [text(title)] }, ...(note === '' ? [] : [text(`. ${note}`)])],
    },
    ...(rows.length === 0 ? [] : [tableOf({ note: '', head, rows }, 'left')]),
  ]
}
