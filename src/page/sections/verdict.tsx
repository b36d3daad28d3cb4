import type { Comparison } from '../../compare/comparison.js'
import { scopeOfVerdict } from '../../report/verdict.js'
import { Claims } from '../elements.js'
import { trustItems, verdictSentence } from '../headline.js'
import type { Ladder } from '../read-ladder.js'

/** Section that a reader sees first: the verdict in a sentence, the figures behind it, and what it isn't about. */
export function VerdictSection({
  comparison,
  ladder,
}: {
  readonly comparison: Comparison
  readonly ladder: Ladder | null
}) {
  const { difference } = comparison.metrics[comparison.primaryMetric]
  return (
    <section aria-labelledby="verdict">
      <h2 id="verdict" class="verdict">
        {verdictSentence(comparison)}
      </h2>
      {difference?.reason && <p class="lead">{difference.reason}</p>}
      <p>{scopeOfVerdict(comparison)}</p>
      <Claims claims={trustItems(comparison, ladder)} />
    </section>
  )
}
