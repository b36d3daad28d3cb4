import { existsSync, readFileSync } from 'node:fs'
import type { PhrasingContent, RootContent } from 'mdast'
import { heading, list, paragraph } from '../../src/page/markdown.js'
import { formatSeconds } from '../../src/report/format.js'
import { shellQuote } from '../../src/shell-quote.js'
import { type Ended, fileOf } from './session.js'

/** Lines of a failed step's output that the page shows; the file beside it has all of them. */
const failureLines = 100

/** Renders the failure of a step: its command, its end, and the end of what it printed. */
export function failureOf({ step, outcome }: Ended, folder: string): RootContent[] {
  const facts: PhrasingContent[][] = [
    [text('Purpose: '), text(step.purpose)],
    [text('Command: '), code(commandText(step))],
    [text(`End: ${outcome.state}, ${outcome.reason}, after ${formatSeconds(outcome.seconds)}`)],
  ]
  const outputs = (['stderr', 'stdout'] as const).flatMap((kind) => {
    const file = fileOf(folder, step, kind)
    const lines = linesOf(file)
    if (lines.length === 0) return []
    const what = kind === 'stderr' ? 'messages' : 'standard output'
    const extent = lines.length <= failureLines ? 'All' : `The last ${failureLines} of ${lines.length} lines`
    return [
      paragraph(`${extent} of its ${what}, steps/${step.name}.${kind}.txt:`),
      ...blockOf(lines.slice(-failureLines)),
    ]
  })
  return [heading(3, step.name), list(facts), ...outputs]
}

/** The lines in which twintune refuses something, as a block of code. */
export function refusalIn(file: string): RootContent[] {
  return blockOf(linesOf(file).filter((line) => /^(error|failed) /.test(line)))
}

function blockOf(lines: readonly string[]): RootContent[] {
  // A line of JSON may have megabytes, and the file has it whole.
  return lines.length === 0 ? [] : [{ type: 'code', value: lines.map((line) => clipped(line)).join('\n') }]
}

/** Text of a file that a step has printed into; empty where there is none. */
export function readPrinted(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function linesOf(file: string): string[] {
  const printed = readPrinted(file).trimEnd()
  return printed.trim() === '' ? [] : printed.split('\n')
}

const longestLine = 2000

function clipped(line: string): string {
  return line.length <= longestLine ? line : `${line.slice(0, longestLine)} … (${line.length} characters)`
}

/** Command of a step with its variables, as a shell takes it. */
export function commandText({ command, env = {} }: Pick<Ended['step'], 'command' | 'env'>): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${shellQuote(value)}`)
  return [...variables, ...command.map((word) => shellQuote(word))].join(' ')
}

/** Plain text in a paragraph. */
export function text(value: string): PhrasingContent {
  return { type: 'text', value }
}

/** Code in a paragraph. */
export function code(value: string): PhrasingContent {
  return { type: 'inlineCode', value }
}
