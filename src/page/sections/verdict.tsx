import { brokenRows } from '../../compare/behaviour.js'
import type { Comparison } from '../../compare/comparison.js'
import { isDisturbed } from '../../compare/disturbance.js'
import { pairsOfFrameworks } from '../../compare/pairs.js'
import type { Verdict } from '../../compare/verdict.js'
import { frameworkNames } from '../../framework-names.js'
import { formatNumberOf, formatOr } from '../../report/format.js'
import { metricFormats } from '../../report/metric-format.js'
import { finishedRuns, frameworksOf } from '../../report/runs.js'
import { noVerdict } from '../../report/verdict.js'

const sentences: Readonly<Record<Verdict, string>> = {
  tensorflow: 'TensorFlow does better.',
  pytorch: 'PyTorch does better.',
  equivalent: 'The two frameworks are equivalent.',
  inconclusive: 'These runs can’t tell the two frameworks apart, nor that they are equivalent.',
  'different work': 'The frameworks did different work, so there is no winner.',
}

/** Section that a reader sees first: the verdict in a sentence, the figures behind it, and what it isn't about. */
export function VerdictSection({ comparison }: { readonly comparison: Comparison }) {
  const { primaryMetric, metrics, vary, mode } = comparison
  const { difference } = metrics[primaryMetric]
  const { name } = metricFormats[primaryMetric]
  const verdict = difference?.verdict
  return (
    <section aria-labelledby="verdict">
      <h2 id="verdict" class="verdict">
        {verdict ? sentences[verdict] : withoutVerdict(comparison)}
      </h2>
      {difference?.reason && <p class="lead">{difference.reason}</p>}
      <p>
        This is about {name} alone, on this test set; the seeds vary {vary.join(', ')}.
        {mode === 'idiomatic' &&
          ' Each framework used its own model library, defaults and input pipeline: a difference is that of two recipes, and not of the frameworks alone.'}
      </p>
      <TrustStrip comparison={comparison} />
    </section>
  )
}

function withoutVerdict({ runs, metrics, primaryMetric }: Comparison): string {
  if (pairsOfFrameworks(runs).length > 0) return `There is ${noVerdict}`
  const [framework, ...others] = frameworksOf(finishedRuns(runs))
  if (framework === undefined) return 'No run finished.'
  if (others.length > 0) return 'No seed was finished by both frameworks.'
  const { name, value } = metricFormats[primaryMetric]
  const summary = metrics[primaryMetric][framework]
  return `${frameworkNames[framework]}: ${formatOr(summary, ({ mean }) => value(mean))} ${name}`
}

/** List of what speaks for the comparison and against it, in a few words each. */
function TrustStrip({ comparison: { contract, runs, repeats, mode } }: { readonly comparison: Comparison }) {
  const identical = contract.filter(({ state }) => state === 'identical').length
  const broken = brokenRows(mode, contract)
  const unchecked = contract.filter(({ state }) => state === 'unchecked').length
  const finished = finishedRuns([...runs, ...repeats])
  const missing = runs.length + repeats.length - finished.length
  const disturbed = finished.filter(isDisturbed).length
  const unknown = finished.filter(({ othersCpuShare }) => othersCpuShare === null).length
  const isDifferent = contract.some(({ state }) => state === 'different')
  const items = [
    ...(frameworksOf(runs).length < 2
      ? []
      : contract.length === 0
        ? [{ text: 'no seed with both frameworks to hold a contract over', isGood: false }]
        : [{ text: `${identical} of ${contract.length} contract rows identical`, isGood: !isDifferent }]),
    ...(broken.length > 0
      ? [{ text: `${formatNumberOf(broken.length, 'row')} of different work`, isGood: false }]
      : []),
    ...(unchecked > 0 ? [{ text: `${formatNumberOf(unchecked, 'row')} unchecked`, isGood: false }] : []),
    missing === 0
      ? { text: `all ${formatNumberOf(finished.length, 'run')} finished`, isGood: true }
      : { text: `${formatNumberOf(missing, 'run')} without a result`, isGood: false },
    ...(disturbed > 0
      ? [{ text: `${formatNumberOf(disturbed, 'run')} disturbed by other programs`, isGood: false }]
      : []),
    ...(unknown > 0
      ? [
          {
            text: `${formatNumberOf(unknown, 'run')} of which nobody knows whether others disturbed it`,
            isGood: false,
          },
        ]
      : []),
    ...(finished.length > 0 && disturbed + unknown === 0
      ? [{ text: 'no run disturbed by other programs', isGood: true }]
      : []),
  ]
  return (
    <ul class="trust">
      {items.map(({ text, isGood }) => (
        <li key={text} class={isGood ? 'good' : 'doubt'}>
          {isGood ? '✓' : '!'} {text}
        </li>
      ))}
    </ul>
  )
}
