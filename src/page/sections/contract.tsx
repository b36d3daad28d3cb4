import type { Comparison } from '../../compare/comparison.js'
import { ContractTable } from '../elements.js'

/** Section of the fairness contract: every row with its evidence. */
export function ContractSection({ comparison: { contract } }: { readonly comparison: Comparison }) {
  if (contract.length === 0) return null
  return (
    <section aria-labelledby="contract">
      <h2 id="contract">Fairness contract</h2>
      <p>What both frameworks were given and did, read back from the live models, optimisers and steps.</p>
      <ContractTable label="Rows of the contract" rows={contract} />
    </section>
  )
}
