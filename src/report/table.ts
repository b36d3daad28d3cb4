import Table from 'cli-table3'
import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'
import { asCalled } from '../called-as.js'
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
/** Space at which no line is folded, so that a title stays with what it names. */
const noBreak = '\u00a0'

const noLines = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '' },
  middle: gap,
}

/**
 * Renders a table without lines, indented under its heading. An empty row sets groups apart. A table that is wider than the
 * terminal would be torn there: it becomes a list of its rows.
 */
export function renderTable(rows: readonly (readonly string[])[], layout: TableLayout, style: Style): string {
  const cells = rows.map((row) => row.map((cell) => asCalled(cell)))
  const table = renderColumns(cells, layout, style)
  const isTooWide = widthOf(table) > style.tableColumns && (layout.head?.length ?? 0) > 0
  return isTooWide ? renderRows(cells, layout, style) : table
}

/** Width of a text's longest line in columns of the terminal. */
export function widthOf(text: string): number {
  return text.split('\n').reduce((widest, line) => Math.max(widest, stringWidth(line)), 0)
}

function renderColumns(
  rows: readonly (readonly string[])[],
  { head = [], align, fold = false }: TableLayout,
  { colors, columns }: Style,
): string {
  const cells = rows.map((row) => align.map((_, column) => row[column] ?? ''))
  const titles = head.map((title) => (title === '' ? '' : colors.dim(title)))
  const lines = fold ? foldLastColumn(cells, head, columns) : cells
  // The library takes a time that grows with the square of the rows.
  if (lines.length > mostAtOnce) return renderInParts(lines, titles, align)
  return drawTable(lines, { head: titles, colAligns: [...align] })
}

const mostAtOnce = 200

/** Renders a long table as short ones under each other, whose columns are as wide as those of the whole. */
function renderInParts(
  rows: readonly string[][],
  head: readonly string[],
  align: TableLayout['align'],
): string {
  const widths = align.map((_, column) =>
    [head, ...rows].reduce((widest, row) => Math.max(widest, stringWidth(row[column] ?? '')), 1),
  )
  const parts = Array.from({ length: Math.ceil(rows.length / mostAtOnce) }, (_, index) =>
    drawTable(rows.slice(index * mostAtOnce, (index + 1) * mostAtOnce), {
      head: index === 0 ? [...head] : [],
      colAligns: [...align],
      colWidths: widths,
    }),
  )
  return parts.join('\n')
}

function drawTable(rows: readonly string[][], options: Table.TableConstructorOptions): string {
  const table = new Table({
    chars: noLines,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    ...options,
  })
  table.push(...rows)
  return table
    .toString()
    .split('\n')
    .map((line) => `${indent}${line}`.trimEnd())
    .join('\n')
}

/** Renders each row by itself: what names the row, and under it its other cells, each behind the head of its column. */
function renderRows(
  rows: readonly (readonly string[])[],
  { head = [], align }: TableLayout,
  { colors, columns }: Style,
): string {
  // The first column names the row, and so do those behind it without a head.
  const firstHeaded = align.findIndex((_, column) => column > 0 && (head[column] ?? '') !== '')
  return rows
    .map((row) => {
      const name = row
        .slice(0, firstHeaded)
        .filter((cell) => cell !== '')
        .join(' ')
      const cells = row.slice(firstHeaded).flatMap((cell, index) => {
        const title = head[firstHeaded + index] ?? ''
        if (cell === '') return []
        return [title === '' ? cell : `${colors.dim(title.replaceAll(' ', noBreak))}${noBreak}${cell}`]
      })
      const body = wrapAnsi(
        cells.join(', '),
        Math.max(columns - 2 * indent.length, narrowestProse),
      ).replaceAll(noBreak, ' ')
      const lines = [
        ...(name === '' ? [] : [name]),
        ...(cells.length === 0 ? [] : body.split('\n').map((line) => `${indentOf(name)}${indent}${line}`)),
      ]
      return lines.map((line) => `${indent}${line}`).join('\n')
    })
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
    width -= Math.max(...[head, ...rows].map((row) => stringWidth(row[column] ?? ''))) + gap.length
  }
  return rows.map((row) => [
    ...row.slice(0, last),
    wrapAnsi(row[last] ?? '', Math.max(width, narrowestProse)),
  ])
}

function indentOf(name: string): string {
  return ' '.repeat(name.length - name.trimStart().length)
}
