import type { FetchLine } from '../lines/fetch.js'
import { formatBytes, formatOr } from './format.js'
import { createStyle, type RenderOptions } from './style.js'
import { renderTable } from './table.js'

const states = {
  packaged: 'in a package that setup installs',
  here: 'here already',
  downloaded: 'downloaded',
  missing: 'not here',
}

/** Renders the weights of backbones for people: where they come from, whether they are here, and how large they are. */
export function renderFetched(lines: readonly FetchLine[], options: RenderOptions): string {
  const rows = lines.map(({ backbone, source, state, bytes }) => [
    backbone,
    source,
    states[state],
    formatOr(bytes, formatBytes),
  ])
  const head = ['backbone', 'ImageNet weights', '', 'size']
  return renderTable(rows, { head, align: ['left', 'left', 'left', 'right'] }, createStyle(options))
}
