import type { Verification } from '../../compare/verification.js'
import { formatNumberOf } from '../../report/format.js'
import { describeRest, effectMeaning, effectText } from '../../report/framework-differences-table.js'
import { renderEffectsChart } from '../charts/effects-chart.js'
import { Chart, Table } from '../elements.js'

/** Section of what the two libraries of an idiomatic experiment don't have alike, each with its effect. */
export function FrameworkDifferencesSection({
  verification: { differences, unexplained },
}: {
  readonly verification: Verification
}) {
  const [most] = differences
    .filter(({ effect }) => effect !== null)
    .toSorted((a, b) => (b.effect ?? 0) - (a.effect ?? 0))
  const unmeasured = differences.filter(({ effect }) => effect === null)
  const [wide, narrow] = (['wide', 'narrow'] as const).map((width) =>
    renderEffectsChart(differences, unexplained, width),
  )
  return (
    <section aria-labelledby="outcome">
      <h2 id="outcome" class="verdict">
        The two libraries differ in {formatNumberOf(differences.length, 'ingredient')}.
      </h2>
      {most && (
        <p class="lead">
          The largest effect on the first batch has {most.ingredient}: {effectText(most)}, where 1 is the
          largest value.
        </p>
      )}
      <p>
        In idiomatic mode each framework uses its own model library, preprocessing and defaults, so no rung of
        the parity ladder could hold. This is what differs instead.
      </p>
      {wide && narrow && (
        <Chart title="Effect on the first batch" note={effectMeaning} svg={wide} narrow={narrow} />
      )}
      <p>{describeRest(unexplained)}</p>
      {unmeasured.length > 0 && (
        <p>Not measured: {unmeasured.map(({ ingredient }) => ingredient).join(', ')}.</p>
      )}
      <Table
        label="Differences"
        texts="all"
        head={['ingredient', 'effect', 'TensorFlow', 'PyTorch', 'note']}
        rows={differences.map((difference) => [
          difference.ingredient,
          effectText(difference),
          ...[difference.tensorflow, difference.pytorch, difference.note ?? ''].map((text, index) => (
            <span key={index} class="side">
              {text}
            </span>
          )),
        ])}
      />
    </section>
  )
}
