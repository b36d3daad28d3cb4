import { frameworkNames } from '../../framework-names.js'
import { formatCount, formatNumberOf, formatOr, formatPercent, formatPoints } from '../../report/format.js'
import { meanOf } from '../../report/runs.js'
import type { Details } from '../details.js'
import { Table } from '../elements.js'
import { type FrameworkEvaluations, pairedEvaluations } from '../paired-evaluations.js'
import { ConfusionMatrices } from './confusion.js'

/** Section of the classes: the F1 of each, and what each framework's models take it for. */
export function ClassesSection({ details }: { readonly details: Details }) {
  const { sides, isPaired } = pairedEvaluations(details)
  const first = sides[0]?.evaluations[0]
  if (first === undefined || first.classes.length === 0) return null
  return (
    <section aria-labelledby="classes">
      <h2 id="classes">Classes</h2>
      <p class="note">
        The F1 of each class on the test images, as means over{' '}
        {isPaired ? 'the seeds of which both frameworks’ tests are there' : 'the runs whose tests are there'}:{' '}
        {sides
          .map(
            ({ framework, evaluations }) =>
              `${formatNumberOf(evaluations.length, `run`)} of ${frameworkNames[framework]}`,
          )
          .join(', ')}
        .
      </p>
      <Table
        label="F1 of each class"
        head={[
          'class',
          'images',
          ...sides.map(({ framework }) => frameworkNames[framework]),
          ...(isPaired ? ['TensorFlow minus PyTorch, % points'] : []),
        ]}
        rows={first.classes.map((name, index) => {
          const scores = sides.map((side) => f1Of(side, index))
          const [ours, theirs] = scores
          return [
            name,
            formatCount(first.perClass[index]?.support ?? 0),
            ...scores.map((score) => formatOr(score, formatPercent)),
            ...(isPaired ? [ours == null || theirs == null ? '–' : formatPoints(ours - theirs)] : []),
          ]
        })}
      />
      <ConfusionMatrices classes={first.classes} sides={sides} isPaired={isPaired} />
    </section>
  )
}

function f1Of({ evaluations }: FrameworkEvaluations, index: number): number | null {
  return meanOf(evaluations.map(({ perClass }) => perClass[index]?.f1))
}
