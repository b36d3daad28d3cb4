import type { Comparison } from '../compare/comparison.js'
import type { MachineDifference, Merged } from '../compare/merging.js'
import { formatSeeds } from '../spec/seeds.js'
import type { Style } from './style.js'
import { renderProse, renderSection, renderTable } from './table.js'

/** Renders the properties in which the machines of a merged comparison differ; `null` for a comparison of one part. */
export function renderMachines({ merged }: Comparison, style: Style): string | null {
  if (merged === null) return null
  const prose = renderProse(machinesNote(merged), style)
  const rows = machineRows(merged)
  const table = rows.length === 0 ? [] : [renderTable(rows, { align: ['left', 'left'], fold: true }, style)]
  return renderSection('Machines', [...table, prose].join('\n\n'), style)
}

/** Lists each property in which the machines differ, with its values and the seeds that had each of them. */
export function machineRows({ parts, differences }: Merged): [string, string][] {
  return differences.map(({ property, values }) => [property, valuesText(values, parts)])
}

/** Says from how many folders a comparison was merged, and what may be compared across their machines. */
export function machinesNote({ parts, differences }: Merged): string {
  const joined = `The runs were merged from ${parts.length} folders.`
  const pairs = 'Both frameworks had each seed on one machine, so that their pairs are comparable.'
  return differences.length === 0
    ? `${joined} Their machines don’t differ in anything that was recorded.`
    : `${joined} ${pairs} Times and noise of different seeds are not, where the machines differ.`
}

function valuesText(values: MachineDifference['values'], parts: Merged['parts']): string {
  return [...new Set(values)]
    .map((value) => {
      const seeds = parts.flatMap((part, index) => (values[index] === value ? part.seeds : []))
      return `${value} (${seeds.length === 1 ? 'seed' : 'seeds'} ${formatSeeds(seeds)})`
    })
    .join('; ')
}
