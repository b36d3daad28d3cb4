import { mean } from '../../compare/summary.js'
import { frameworkNames } from '../../framework-names.js'
import { formatLoss } from '../../report/format.js'
import type { Framework } from '../../spec/schema.js'
import type { Details } from '../details.js'
import { Table } from '../elements.js'
import { type FrameworkEvaluations, pairedEvaluations } from '../paired-evaluations.js'

const mostShown = 15

/** Section of the images that the models are most wrong about, which are often mislabelled or hard. */
export function TopLossesSection({ details }: { readonly details: Details }) {
  const { sides } = pairedEvaluations(details)
  const images = worstImages(sides).slice(0, mostShown)
  if (images.length === 0) return null
  const folder = commonFolder(images.map(({ image }) => image))
  return (
    <section aria-labelledby="top-losses">
      <h2 id="top-losses">Largest losses</h2>
      <p class="note">
        Test images that are most often among the 20 with the largest losses of a run: wrong labels and hard
        images come first. The loss is the mean over these runs, of which the last columns have the number.
      </p>
      <Table
        label="Images with the largest losses"
        head={[
          'image',
          'label',
          'taken for',
          'loss',
          ...sides.map(({ framework }) => frameworkNames[framework]),
        ]}
        rows={images.map(({ image, label, predicted, losses, runs }) => [
          image.slice(folder.length),
          label,
          [...new Set(predicted)].flatMap((name, index) => [
            index === 0 ? '' : ', ',
            <bdi key={name}>{name}</bdi>,
          ]),
          formatLoss(mean(losses)),
          ...sides.map(
            ({ framework, evaluations }) =>
              `${runs.filter((run) => run === framework).length} of ${evaluations.length}`,
          ),
        ])}
      />
    </section>
  )
}

// The images' paths are whole, and those of a data set begin alike.
function commonFolder([first = '', ...others]: readonly string[]): string {
  const end = [...first].findIndex((character, at) => others.some((other) => other[at] !== character))
  return first.slice(0, first.lastIndexOf('/', end === -1 ? undefined : end) + 1)
}

interface WorstImage {
  readonly image: string
  readonly label: string
  readonly predicted: string[]
  readonly losses: number[]
  /** Framework of each run that lists the image. */
  readonly runs: Framework[]
}

function worstImages(sides: readonly FrameworkEvaluations[]): WorstImage[] {
  const found = new Map<string, WorstImage>()
  for (const { framework, evaluations } of sides) {
    for (const { image, label, predicted, loss } of evaluations.flatMap(({ topLosses }) => topLosses)) {
      const worst = found.get(image) ?? { image, label, predicted: [], losses: [], runs: [] }
      worst.predicted.push(predicted)
      worst.losses.push(loss)
      worst.runs.push(framework)
      found.set(image, worst)
    }
  }
  return [...found.values()].toSorted(
    (a, b) => b.runs.length - a.runs.length || mean(b.losses) - mean(a.losses),
  )
}
