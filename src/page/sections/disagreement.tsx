import type { Comparison } from '../../compare/comparison.js'
import type { DisagreementDetails } from '../../compare/disagreement.js'
import { frameworkNames } from '../../framework-names.js'
import { formatCount, formatPercent, formatPValue } from '../../report/format.js'
import { type Framework, frameworkSchema } from '../../spec/schema.js'
import { type Details, shownOfSeed } from '../details.js'
import { Table } from '../elements.js'

/** Section of the images that the two models of a seed take for different classes. */
export function DisagreementSection({
  comparison: { disagreement },
  details,
}: {
  readonly comparison: Comparison
  readonly details: Details
}) {
  if (disagreement.length === 0) return null
  return (
    <section aria-labelledby="disagreement">
      <h2 id="disagreement">Where the two disagree</h2>
      <p class="note">
        Test images that the two models of a seed take for different classes, and how many of all both, one or
        none of them are right about. p: McNemar’s exact test of these two models; seeds share the images and
        are not pooled.
      </p>
      <Table
        label="Disagreement by seed"
        head={['seed', 'different', 'both right', 'only TensorFlow', 'only PyTorch', 'none', 'p']}
        rows={disagreement.map((of) => [
          `seed ${of.seed}`,
          `${formatCount(of.different)} of ${formatCount(of.images)}`,
          ...[of.bothRight, of.onlyTensorflowRight, of.onlyPytorchRight, of.bothWrong].map(formatCount),
          formatPValue(of.pValue),
        ])}
      />
      <Gallery details={details} />
    </section>
  )
}

/** Images of each seed on which the less certain of the two models is most certain. */
function Gallery({ details: { disagreements, thumbnails } }: { readonly details: Details }) {
  const seeds = (disagreements?.seeds ?? [])
    .map(({ seed, listed }) => ({
      seed,
      images: listed.slice(0, shownOfSeed).filter(({ thumbnail }) => thumbnail),
    }))
    .filter(({ images }) => images.length > 0)
  if (seeds.length === 0) return null
  return (
    <>
      <RightFilter />
      {seeds.map(({ seed, images }, index) => (
        <details key={seed} open={index === 0}>
          <summary>
            Seed {seed}: {images.length} of these images
          </summary>
          <ul class="gallery">
            {images.map(({ position, label, thumbnail, ...answers }) => (
              <li key={position} class={rightClass(label, answers)}>
                <img src={thumbnails.get(thumbnail ?? '')} alt={`Number ${position} of the test`} />
                <p>
                  <strong>{label}</strong>
                  {frameworkSchema.options.map((framework) => (
                    <span key={framework} class={framework}>
                      {frameworkNames[framework]}: <bdi>{answers[framework].predicted}</bdi>,{' '}
                      {formatPercent(answers[framework].probability, 0)}
                    </span>
                  ))}
                </p>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </>
  )
}

type DisagreeingImage = DisagreementDetails['seeds'][number]['listed'][number]

const filters = [
  { name: 'all', text: 'all' },
  { name: 'tensorflow', text: 'TensorFlow alone is right' },
  { name: 'pytorch', text: 'PyTorch alone is right' },
  { name: 'none', text: 'none is right' },
] as const

/** Choice of the images that are shown. The style sheet alone obeys it: a page in a file has no script. */
function RightFilter() {
  return (
    <fieldset class="filter">
      <legend>Images where</legend>
      {filters.map(({ name, text }) => (
        <label key={name}>
          <input type="radio" name="right" value={name} checked={name === 'all'} /> {text}
        </label>
      ))}
    </fieldset>
  )
}

// Both answers differ, so that one of them at most is the label.
function rightClass(label: string, answers: Pick<DisagreeingImage, Framework>): string {
  const right = frameworkSchema.options.find((framework) => answers[framework].predicted === label)
  return `right-${right ?? 'none'}`
}
