import { asCalled } from '../called-as.js'
import type { RenderOptions } from '../report/style.js'

/** Stream to print to, such as `process.stdout` or a buffer in a test. */
export interface OutputStream {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

type Environment = Readonly<Record<string, string | undefined>>

const defaultColumns = 80
const defaultRows = 24

/** Prints a line for people, or several in one string. */
export function writeLine(stream: OutputStream, line: string): void {
  writeData(stream, asCalled(line))
}

/** Prints a line for programs, as it is. */
export function writeData(stream: OutputStream, line: string): void {
  stream.write(`${line}\n`)
}

/** Render options for a stream: its width, and its colours unless the caller has decided about them. */
export function renderOptionsFor(stream: OutputStream, color = supportsColor(stream)): RenderOptions {
  // Programs such as grep want a table's row in one line, however long it is.
  return {
    color,
    columns: columnsOf(stream),
    tableColumns: stream.isTTY ? columnsOf(stream) : Infinity,
    sparkLines: supportsSparkLines(),
  }
}

/** Width of the terminal at this moment, in characters. */
export function columnsOf({ columns }: OutputStream): number {
  return columns !== undefined && columns > 0 ? columns : defaultColumns
}

/** Height of the terminal at this moment, in lines. */
export function rowsOf({ rows }: OutputStream): number {
  return rows !== undefined && rows > 0 ? rows : defaultRows
}

/**
 * Whether the characters of spark lines are shown as they are: the locale has to be of UTF-8, and the fonts of Linux's
 * console lack them.
 */
export function supportsSparkLines(environment: Environment = process.env): boolean {
  const {
    LC_ALL: all = '',
    LC_CTYPE: characters = '',
    LANG: language = '',
    TERM: terminal = '',
  } = environment
  return /utf-?8/i.test(all || characters || language) && !['dumb', 'linux'].includes(terminal)
}

/**
 * Whether the terminal folds the lines on its screen when it becomes narrower, as most do. None says so: those that are
 * known to cut the lines off are xterm, GNU screen and Linux's console. In tmux the terminal around it doesn't matter.
 */
export function foldsLines(environment: Environment = process.env): boolean {
  const { TMUX: tmux = '', XTERM_VERSION: xterm = '', STY: screen = '', TERM: terminal } = environment
  return tmux !== '' || (xterm === '' && screen === '' && terminal !== 'linux')
}

/** Whether lines on the stream are written over: not in the log that a CI keeps of what looks like a terminal. */
export function isInteractive(stream: OutputStream, environment: Environment = process.env): boolean {
  const { CI: ci = '' } = environment
  return isTerminal(stream, environment) && ['', '0', 'false'].includes(ci)
}

/** Whether the stream gets colours: NO_COLOR goes before FORCE_COLOR, and without either a terminal has colours. */
export function supportsColor(stream: OutputStream, environment: Environment = process.env): boolean {
  const { NO_COLOR: noColor = '', FORCE_COLOR: forceColor = '' } = environment
  if (noColor !== '' || forceColor === '0') return false
  return forceColor !== '' || isTerminal(stream, environment)
}

function isTerminal(stream: OutputStream, { TERM: terminal }: Environment): boolean {
  return stream.isTTY === true && terminal !== 'dumb'
}
