import { stripVTControlCharacters } from 'node:util'
import Table from 'cli-table3'
import wrapAnsi from 'wrap-ansi'
import type { Style } from './style.js'

export interface TableLayout {
  readonly head?: readonly string[]
  /** Alignment of each column. */
  readonly align: readonly ('left' | 'right')[]
  /** Whether the last column holds prose, which is folded at the width of the terminal. */
  readonly fold?: boolean
}

const indent = '  '
const gap = '  '
const narrowestProse = 24

const noLines = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '' },
  middle: gap,
}

/** Renders a table without lines, indented under its heading. An empty row sets groups apart. */
export function renderTable(
  rows: readonly (readonly string[])[],
  { head = [], align, fold = false }: TableLayout,
  { colors, columns }: Style,
): string {
  const cells = rows.map((row) => align.map((_, column) => row[column] ?? ''))
  const table = new Table({
    chars: noLines,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: [...align],
    head: head.map((title) => (title === '' ? '' : colors.dim(title))),
  })
  table.push(...(fold ? foldLastColumn(cells, head, columns) : cells))
  return table
    .toString()
    .split('\n')
    .map((line) => `${indent}${line}`.trimEnd())
    .join('\n')
}

/** Renders a heading and the body under it. */
export function renderSection(title: string, body: string, { colors }: Style): string {
  return `${colors.bold(title)}\n${body}`
}

/** Renders prose under a heading, folded at the width of the terminal. */
export function renderProse(text: string, style: Style): string {
  return renderTable([[text]], { align: ['left'], fold: true }, style)
}

/** Folds the last column to the width that the others leave. A longer word stays whole: a path must be there to copy. */
function foldLastColumn(
  rows: readonly (readonly string[])[],
  head: readonly string[],
  columns: number,
): string[][] {
  const last = (rows[0]?.length ?? 1) - 1
  let width = columns - indent.length
  for (let column = 0; column < last; column++) {
    width -= Math.max(...[head, ...rows].map((row) => textWidth(row[column] ?? ''))) + gap.length
  }
  return rows.map((row) => [
    ...row.slice(0, last),
    wrapAnsi(row[last] ?? '', Math.max(width, narrowestProse)),
  ])
}

function textWidth(text: string): number {
  return stripVTControlCharacters(text).length
}
