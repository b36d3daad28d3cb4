import type { Comparison } from '../../compare/comparison.js'
import { Table } from '../elements.js'

/** Section of the fairness contract: every row with its evidence. */
export function ContractSection({ comparison: { contract } }: { readonly comparison: Comparison }) {
  if (contract.length === 0) return null
  return (
    <section aria-labelledby="contract">
      <h2 id="contract">Fairness contract</h2>
      <p>What both frameworks were given and did, read back from the live models, optimisers and steps.</p>
      <Table
        label="Rows of the contract"
        head={['ingredient', 'state', 'evidence']}
        rows={contract.map(({ ingredient, state, evidence }) => [
          ingredient,
          <span key="state" class={state}>
            {state}
          </span>,
          <span key="evidence" class="evidence">
            {evidence}
          </span>,
        ])}
      />
    </section>
  )
}
