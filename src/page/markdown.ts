import type { PhrasingContent, RootContent, TableRow } from 'mdast'
import { gfmTableToMarkdown } from 'mdast-util-gfm-table'
import { toMarkdown } from 'mdast-util-to-markdown'
import type { TextTable } from './metric-table.js'

// Parts of a Markdown file. Plain texts are escaped when the file is written.

/** Writes a Markdown file of its parts. */
export function writeMarkdown(children: RootContent[]): string {
  return toMarkdown({ type: 'root', children }, { extensions: [gfmTableToMarkdown()], bullet: '-' })
}

/** A heading of the third level, a note and a table; nothing where there is no table. */
export function section(
  title: string,
  table: TextTable | null,
  align: 'left' | 'right' = 'right',
): RootContent[] {
  if (table === null) return []
  const rows = table.rows.length === 0 ? [] : [tableOf(table, align)]
  return [heading(3, title), paragraph(table.note), ...rows]
}

/** A table whose first column is aligned to the left. */
export function tableOf({ head, rows }: TextTable, align: 'left' | 'right'): RootContent {
  const row = (cells: readonly string[]): TableRow => ({
    type: 'tableRow',
    children: cells.map((value) => ({ type: 'tableCell', children: [{ type: 'text', value }] })),
  })
  return {
    type: 'table',
    align: head.map((_, column) => (column === 0 ? 'left' : align)),
    children: [head, ...rows].map(row),
  }
}

/** A heading of plain text. */
export function heading(depth: 1 | 2 | 3, value: string): RootContent {
  return { type: 'heading', depth, children: [{ type: 'text', value }] }
}

/** A paragraph of plain text. */
export function paragraph(value: string): RootContent {
  return { type: 'paragraph', children: [{ type: 'text', value }] }
}

/** A list with a bullet for each item. */
export function list(items: readonly (readonly PhrasingContent[])[]): RootContent {
  return {
    type: 'list',
    spread: false,
    children: items.map((item) => ({
      type: 'listItem',
      children: [{ type: 'paragraph', children: [...item] }],
    })),
  }
}
