import type { ComponentChildren } from 'preact'
import { mean, sum } from '../../compare/summary.js'
import { frameworkNames } from '../../framework-names.js'
import { formatCount, formatSigned } from '../../report/format.js'
import type { Framework } from '../../spec/schema.js'
import { Table } from '../elements.js'
import type { FrameworkEvaluations } from '../paired-evaluations.js'

interface ConfusionMatricesProps {
  readonly classes: readonly string[]
  readonly sides: readonly FrameworkEvaluations[]
  readonly isPaired: boolean
}

/** Confusion matrices of the frameworks side by side, as means over the seeds, and the difference of the two. */
export function ConfusionMatrices({ classes, sides, isPaired }: ConfusionMatricesProps) {
  if (sides.some(({ evaluations }) => evaluations.some(({ confusion }) => confusion === null)))
    return (
      <p class="note">
        The confusion matrices of {formatCount(classes.length)} classes are in each run’s{' '}
        <code>evaluation.json</code>.
      </p>
    )
  const matrices = sides.map(({ evaluations }) =>
    classes.map((_, row) =>
      classes.map((_, column) => mean(evaluations.map(({ confusion }) => confusion?.[row]?.[column] ?? 0))),
    ),
  )
  const digits = matrices.flat(2).every(Number.isInteger) ? 0 : 1
  const [ours, theirs] = matrices
  return (
    <details>
      <summary>Confusion matrices</summary>
      <p class="note">
        Numbers of images by class, in rows, and answer of the model, in columns; means over the runs.
      </p>
      <div class="matrices">
        {sides.map(({ framework }, side) => (
          <Matrix key={framework} name={frameworkNames[framework]} classes={classes} framework={framework}>
            {(matrices[side] ?? []).map((row) =>
              row.map((count) => countCell(count, { digits, share: count / sum(row), framework })),
            )}
          </Matrix>
        ))}
        {isPaired && ours && theirs && (
          <Matrix name="TensorFlow minus PyTorch" classes={classes}>
            {differenceCells(ours, theirs, digits)}
          </Matrix>
        )}
      </div>
    </details>
  )
}

interface Cell {
  readonly text: string
  /** Strength of the shade, 0 to 1. */
  readonly share: number
  /** Framework whose colour the shade has. */
  readonly colour: Framework
}

function Matrix({
  name,
  classes,
  framework,
  children,
}: {
  readonly name: string
  readonly classes: readonly string[]
  readonly framework?: Framework
  readonly children: readonly (readonly Cell[])[]
}) {
  return (
    <div>
      <h3 class={framework}>{name}</h3>
      <Table
        label={`Images by class, in rows, and answer, in columns: ${name}`}
        head={['class', ...classes]}
        rows={classes.map((label, row): ComponentChildren[] => [
          label,
          ...(children[row] ?? []).map(({ text, share, colour }, column) => (
            <span key={classes[column]} class={`cell of-${colour}`} style={{ '--share': share }}>
              {text}
            </span>
          )),
        ])}
      />
    </div>
  )
}

function countCell(
  count: number,
  {
    digits,
    share,
    framework,
  }: { readonly digits: number; readonly share: number; readonly framework: Framework },
): Cell {
  return { text: count === 0 ? '' : count.toFixed(digits), share: count === 0 ? 0 : share, colour: framework }
}

// The shade is that of the framework that gives the answer more often.
function differenceCells(
  ours: readonly (readonly number[])[],
  theirs: readonly (readonly number[])[],
  digits: number,
): Cell[][] {
  const differences = ours.map((row, index) =>
    row.map((count, column) => count - (theirs[index]?.[column] ?? 0)),
  )
  const largest = Math.max(...differences.flat().map(Math.abs))
  return differences.map((row) =>
    row.map((difference) => ({
      text: difference === 0 ? '' : formatSigned(difference, digits),
      share: largest > 0 ? Math.abs(difference) / largest : 0,
      colour: difference > 0 ? 'tensorflow' : 'pytorch',
    })),
  )
}
