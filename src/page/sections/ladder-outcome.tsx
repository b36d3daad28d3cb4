import type { Verification } from '../../compare/verification.js'
import type { Perturbation } from '../../protocol/perturbation.js'
import { describeDivergence, outcomeOf } from '../../report/parity-texts.js'
import { type Claim, Claims, claimOf } from '../elements.js'

/** Section that a reader of a ladder sees first: whether both frameworks mean the same, and where they part if not. */
export function LadderOutcomeSection({
  verification,
  perturbation,
}: {
  readonly verification: Verification
  readonly perturbation: Perturbation | null
}) {
  const divergence = describeDivergence(verification)
  return (
    <section aria-labelledby="outcome">
      <h2 id="outcome" class="verdict">
        {sentenceOf(verification, perturbation)}
      </h2>
      {perturbation !== null && (
        <p class="lead doubt">
          On purpose: the difference <code>{perturbation}</code> was planted in PyTorch, to see whether the
          ladder finds it.
        </p>
      )}
      <p class="lead">
        {divergence === null
          ? 'From the same weights and the same pixels, TensorFlow and PyTorch computed the same numbers, up to rounding.'
          : `First divergence: ${divergence}`}
      </p>
      {divergence !== null && (
        <p>All that is listed before it holds. What comes after it may fail for the same reason.</p>
      )}
      <Claims claims={claimsOf(verification)} />
    </section>
  )
}

function sentenceOf({ passed, rungs, rounding }: Verification, perturbation: Perturbation | null): string {
  if (passed)
    return perturbation === null
      ? 'Every rung holds: both frameworks mean the same.'
      : 'Every rung holds, so the planted difference was not found.'
  const rung = rungs.find((each) => !each.passed)
  if (rung) return `The two frameworks part at this rung: ${rung.rung}.`
  const rounded = rounding.find((each) => !each.passed)
  return rounded
    ? `Both frameworks mean the same, but one is far less exact: ${rounded.rung}.`
    : 'Every rung holds, but the short runs did different work.'
}

function claimsOf({ rungs, rounding, shortRuns }: Verification): Claim[] {
  const held = rungs.filter(({ passed }) => passed).length
  const judged = rounding.filter((each) => outcomeOf(each) !== 'not judged')
  const alike = judged.filter(({ passed }) => passed).length
  const same = shortRuns.filter(({ state }) => state === 'identical' || state === 'equivalent').length
  const unchecked = shortRuns.filter(({ state }) => state === 'unchecked').length
  return [
    claimOf(`${held} of ${rungs.length} rungs of meaning hold`, held === rungs.length),
    ...(judged.length > 0
      ? [claimOf(`${alike} of ${judged.length} roundings are alike`, alike === judged.length)]
      : []),
    shortRuns.length > 0
      ? claimOf(
          `${same} of ${shortRuns.length} rows of the short runs are the same work`,
          same === shortRuns.length,
        )
      : { text: 'no short runs', side: 'open' },
    ...(unchecked > 0 ? [claimOf(`${unchecked} unchecked`, false)] : []),
  ]
}
