import { mean } from '../../compare/summary.js'
import { frameworkNames } from '../../framework-names.js'
import { formatCount, formatOr, formatPercent, formatPoints } from '../../report/format.js'
import { meanOf } from '../../report/runs.js'
import { type Framework, frameworkSchema } from '../../spec/schema.js'
import type { Details } from '../details.js'
import { Table } from '../elements.js'

type OfFramework = Details['evaluations']

/** Section of the classes: the F1 of each, and what each framework's models take it for. */
export function ClassesSection({ details }: { readonly details: Details }) {
  const evaluations = pairedOnly(details.evaluations)
  const classes = evaluations[0]?.evaluation.classes ?? []
  if (classes.length === 0) return null
  const frameworks = frameworkSchema.options.filter((name) =>
    evaluations.some(({ framework }) => framework === name),
  )
  const runsOf = (framework: Framework) => evaluations.filter((run) => run.framework === framework)
  return (
    <section aria-labelledby="classes">
      <h2 id="classes">Classes</h2>
      <p class="note">
        The F1 of each class on the test images, as means over the seeds that every framework finished.
      </p>
      <Table
        label="F1 of each class"
        head={[
          'class',
          'images',
          ...frameworks.map((framework) => frameworkNames[framework]),
          ...(frameworks.length > 1 ? ['TensorFlow minus PyTorch, % points'] : []),
        ]}
        rows={classes.map((name, index) => {
          const scores = frameworks.map((framework) => f1Of(runsOf(framework), index))
          const [ours, theirs] = scores
          return [
            name,
            formatCount(evaluations[0]?.evaluation.perClass[index]?.support ?? 0),
            ...scores.map((score) => formatOr(score, formatPercent)),
            ...(frameworks.length > 1
              ? [ours == null || theirs == null ? '–' : formatPoints(ours - theirs)]
              : []),
          ]
        })}
      />
      {evaluations.every(({ evaluation }) => evaluation.confusion !== null) ? (
        frameworks.map((framework) => (
          <details key={framework}>
            <summary>What {frameworkNames[framework]} takes each class for</summary>
            <ConfusionMatrix name={frameworkNames[framework]} classes={classes} runs={runsOf(framework)} />
          </details>
        ))
      ) : (
        <p class="note">
          The confusion matrices of {formatCount(classes.length)} classes are in each run’s{' '}
          <code>evaluation.json</code>.
        </p>
      )}
    </section>
  )
}

// A difference of means over other seeds would be one of seeds. A single framework has all of its own.
function pairedOnly(evaluations: OfFramework): OfFramework {
  const paired = evaluations.filter(({ seed, framework }) =>
    evaluations.some((other) => other.seed === seed && other.framework !== framework),
  )
  return paired.length > 0 ? paired : evaluations
}

/** Images by class (rows) and answer (columns), as means over the seeds. */
function ConfusionMatrix({
  name,
  classes,
  runs,
}: {
  readonly name: string
  readonly classes: readonly string[]
  readonly runs: OfFramework
}) {
  const cells = classes.map((_, row) =>
    classes.map((_, column) =>
      mean(runs.map(({ evaluation }) => evaluation.confusion?.[row]?.[column] ?? 0)),
    ),
  )
  return (
    <Table
      label={`Images by class, in rows, and answer of ${name}, in columns`}
      head={['class', ...classes]}
      rows={classes.map((label, row) => {
        const images = cells[row]?.reduce((sum, count) => sum + count, 0) ?? 0
        return [
          label,
          ...(cells[row] ?? []).map((count, column) => (
            <span key={classes[column]} class="cell" style={{ '--share': images > 0 ? count / images : 0 }}>
              {count === 0 ? '' : Number(count.toFixed(1))}
            </span>
          )),
        ]
      })}
    />
  )
}

function f1Of(runs: OfFramework, index: number): number | null {
  return meanOf(runs.map(({ evaluation }) => evaluation.perClass[index]?.f1))
}
