import { brokenRows } from '../compare/behaviour.js'
import type { Comparison } from '../compare/comparison.js'
import { isDisturbed } from '../compare/disturbance.js'
import { pairsOfFrameworks } from '../compare/pairs.js'
import type { Verdict } from '../compare/verdict.js'
import { frameworkNames } from '../framework-names.js'
import { formatNumberOf, formatOr } from '../report/format.js'
import { metricFormats } from '../report/metric-format.js'
import { finishedRuns, frameworksOf } from '../report/runs.js'
import { noVerdict } from '../report/verdict.js'

import type { Claim } from './elements.js'

// Sentences that the page and its Markdown begin with.

const sentences: Readonly<Record<Verdict, string>> = {
  tensorflow: 'TensorFlow does better.',
  pytorch: 'PyTorch does better.',
  equivalent: 'The two frameworks are equivalent.',
  inconclusive: 'These runs can’t tell the two frameworks apart, nor that they are equivalent.',
  'different work': 'The frameworks did different work, so there is no winner.',
}

/** Puts the verdict into a sentence that a stranger understands. */
export function verdictSentence(comparison: Comparison): string {
  const verdict = comparison.metrics[comparison.primaryMetric].difference?.verdict
  return verdict ? sentences[verdict] : withoutVerdict(comparison)
}

/** Says what the verdict is about, and what it isn't. */
export function scopeOfVerdict({ primaryMetric, vary, mode }: Comparison): string {
  const { name } = metricFormats[primaryMetric]
  const scope = `This is about ${name} alone, on this test set; the seeds vary ${vary.join(', ')}.`
  return mode === 'idiomatic'
    ? `${scope} Each framework used its own model library, defaults and input pipeline: a difference is that of two recipes, and not of the frameworks alone.`
    : scope
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

/** Lists what speaks for the comparison and against it, in a few words each. */
export function trustItems({ contract, runs, repeats, mode }: Comparison): Claim[] {
  const identical = contract.filter(({ state }) => state === 'identical').length
  const broken = brokenRows(mode, contract)
  const unchecked = contract.filter(({ state }) => state === 'unchecked').length
  const finished = finishedRuns([...runs, ...repeats])
  const missing = runs.length + repeats.length - finished.length
  const disturbed = finished.filter(isDisturbed).length
  const unknown = finished.filter(({ othersCpuShare }) => othersCpuShare === null).length
  const isDifferent = contract.some(({ state }) => state === 'different')
  return [
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
}
