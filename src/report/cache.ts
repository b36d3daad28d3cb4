import { frameworkNames } from '../framework-names.js'
import type { CacheClearedLine, CacheEntryLine } from '../lines/cache.js'
import { absent, formatBytes, formatCount, formatLocalTime } from './format.js'
import { createStyle, type RenderOptions } from './style.js'
import { renderTable } from './table.js'

const digestDigits = 12

/** Renders a line for each entry of the cache, and the size of all entries. */
export function renderCacheList(
  entries: readonly CacheEntryLine[],
  folder: string,
  options: RenderOptions,
): string {
  if (entries.length === 0) return `No features in ${folder}.`
  const table = renderTable(
    entries.map(entryCells),
    {
      head: ['entry', 'backbone', 'cut', '', 'split', 'images', 'size', 'last used'],
      align: ['left', 'left', 'left', 'left', 'left', 'right', 'right', 'left'],
    },
    createStyle(options),
  )
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0)
  return `${table}\n\n${countOf(entries.length)}, ${formatBytes(bytes)}, in ${folder}`
}

/** Renders how much of the cache was deleted. */
export function renderCacheCleared({ folder, entries, bytes, kept }: CacheClearedLine): string {
  const left = kept > 0 ? ` ${countOf(kept)} could not be deleted.` : ''
  return `Deleted ${countOf(entries)} of features, ${formatBytes(bytes)}, from ${folder}.${left}`
}

function entryCells({ digest, bytes, usedAt, content }: CacheEntryLine): string[] {
  const size = [formatBytes(bytes), formatLocalTime(usedAt)]
  const entry = digest.slice(0, digestDigits)
  if (content === null) return [entry, 'damaged', absent, absent, absent, absent, ...size]
  const { backbone, cut, framework, split, view, images } = content
  return [
    entry,
    backbone,
    cut,
    frameworkNames[framework],
    view === null ? split : `${split}, view ${view}`,
    formatCount(images),
    ...size,
  ]
}

function countOf(entries: number): string {
  return entries === 1 ? '1 entry' : `${formatCount(entries)} entries`
}
