import type { PrunedLine } from '../lines/prune.js'
import { formatBytes, formatCount } from './format.js'
import { createStyle, type RenderOptions } from './style.js'
import { renderTable } from './table.js'

/** Renders a line for each file or folder that was deleted, or could not be, and the bytes that are free now. */
export function renderPruned(lines: readonly PrunedLine[], dryRun: boolean, options: RenderOptions): string {
  if (lines.length === 0) return 'There is nothing to delete.'
  const left = lines.filter(({ deleted }) => !deleted)
  const table = renderTable(
    lines.map(({ kind, bytes, deleted, path }) => [
      kind,
      formatBytes(bytes),
      deleted || dryRun ? path : `${path} (could not be deleted)`,
    ]),
    { align: ['left', 'right', 'left'] },
    createStyle(options),
  )
  if (dryRun) return `${table}\n\nWithout --dry-run these are deleted: ${sizeOf(lines)}.`
  const gone = lines.filter(({ deleted }) => deleted)
  const kept = left.length > 0 ? ` Could not be deleted: ${sizeOf(left)}.` : ''
  return `${table}\n\nDeleted: ${sizeOf(gone)}.${kept}`
}

function sizeOf(lines: readonly PrunedLine[]): string {
  const bytes = lines.reduce((sum, line) => sum + line.bytes, 0)
  return `${formatCount(lines.length)} ${lines.length === 1 ? 'item' : 'items'}, ${formatBytes(bytes)}`
}
