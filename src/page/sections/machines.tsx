import type { Comparison } from '../../compare/comparison.js'
import { machineRows, machinesNote } from '../../report/machines.js'
import { Table } from '../elements.js'

/** Section of the machines that a merged comparison was carried out on; nothing for a comparison of one part. */
export function MachinesSection({ comparison: { merged } }: { readonly comparison: Comparison }) {
  if (merged === null) return null
  const rows = machineRows(merged)
  return (
    <section aria-labelledby="machines">
      <h2 id="machines">Machines</h2>
      <p>{machinesNote(merged)}</p>
      {rows.length > 0 && (
        <Table label="Differences of the machines" texts="all" head={['property', 'values']} rows={rows} />
      )}
    </section>
  )
}
