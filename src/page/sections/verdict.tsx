import type { Comparison } from '../../compare/comparison.js'
import { reasonForVerdict, scopeOfVerdict, unjudgedNote } from '../../report/verdict.js'
import { type Claim, Claims } from '../elements.js'
import { verdictSentence } from '../headline.js'

/** Section that a reader sees first: the verdict in a sentence, the figures behind it, and what it isn't about. */
export function VerdictSection({
  comparison,
  name,
  altered,
  claims,
}: {
  readonly comparison: Comparison
  /** Name of the comparison's folder. */
  readonly name: string
  /** Names of the files that are not what was written. */
  readonly altered: readonly string[]
  /** Claims that speak for the comparison and against it. */
  readonly claims: readonly Claim[]
}) {
  const reason = reasonForVerdict(comparison)
  const unjudged = unjudgedNote(comparison, name)
  return (
    <section aria-labelledby="verdict">
      <h2 id="verdict" class="verdict">
        {verdictSentence(comparison, altered)}
      </h2>
      {reason && <p class="lead">{reason}</p>}
      {unjudged && <p class="lead doubt">{unjudged}</p>}
      <p>{scopeOfVerdict(comparison)}</p>
      <Claims claims={claims} />
    </section>
  )
}
