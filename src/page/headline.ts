import { brokenRows } from '../compare/behaviour.js'
import type { Comparison } from '../compare/comparison.js'
import { isDisturbed } from '../compare/disturbance.js'
import { pairsOfFrameworks } from '../compare/pairs.js'
import type { Verdict } from '../compare/verdict.js'
import { frameworkNames } from '../framework-names.js'
import { formatNumberOf, formatOr, formatUtcDate } from '../report/format.js'
import { metricFormats } from '../report/metric-format.js'
import { finishedRuns, frameworksOf } from '../report/runs.js'
import { noVerdict } from '../report/verdict.js'
import { comparisonFiles } from '../run/folder/files.js'
import { formatShard } from '../spec/shard.js'
import { type Claim, claimOf } from './elements.js'
import type { Ladder } from './read-ladder.js'

// Sentences that the page and its Markdown begin with.

const sentences: Readonly<Record<Verdict, string>> = {
  tensorflow: 'TensorFlow does better.',
  pytorch: 'PyTorch does better.',
  equivalent: 'The two frameworks are equivalent.',
  inconclusive: 'These runs can’t tell the two frameworks apart, nor that they are equivalent.',
  'different work': 'The frameworks did different work, so there is no winner.',
  'not trained': 'The models were not trained, so there is nothing to compare.',
}

/**
 * Puts the verdict into a sentence that a stranger understands.
 *
 * @param altered - Names of the files that are not what was written.
 */
export function verdictSentence(comparison: Comparison, altered: readonly string[] = []): string {
  if (altered.includes(comparisonFiles.comparison))
    return `${comparisonFiles.comparison} was changed after it was written: what follows is not what was measured.`
  if (comparison.shard !== null)
    return `Shard ${formatShard(comparison.shard)} of a comparison: merging all shards draws the verdict.`
  const verdict = comparison.metrics[comparison.primaryMetric].difference?.verdict
  return verdict ? sentences[verdict] : withoutVerdict(comparison)
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

/** Comparison with what else is known of it. */
export interface Trusted {
  readonly comparison: Comparison
  /** Parity ladder of the experiment; null where none was climbed. */
  readonly ladder: Ladder | null
  /** Names of the files that are not what was written. */
  readonly altered: readonly string[]
}

/** Lists what speaks for the comparison and against it, in a few words each. */
export function trustClaims({ comparison, ladder, altered }: Trusted): Claim[] {
  const { contract, runs, repeats, mode, merged } = comparison
  const differing = merged?.differences.map(({ property }) => property) ?? []
  const identical = contract.filter(({ state }) => state === 'identical').length
  const broken = brokenRows(mode, contract)
  const unchecked = contract.filter(({ state }) => state === 'unchecked').length
  const finished = finishedRuns([...runs, ...repeats])
  const missing = runs.length + repeats.length - finished.length
  const disturbed = finished.filter(isDisturbed).length
  const unknown = finished.filter(({ othersCpuShare }) => othersCpuShare === null).length
  const isDifferent = contract.some(({ state }) => state === 'different')
  return [
    ...altered.map((file) => claimOf(`${file} was lost or changed`, false)),
    ...(frameworksOf(runs).length < 2
      ? []
      : contract.length === 0
        ? [claimOf('no seed with both frameworks to hold a contract over', false)]
        : [claimOf(`${identical} of ${contract.length} contract rows identical`, !isDifferent)]),
    ...(mode === 'aligned' && frameworksOf(runs).length > 1 ? [ladderClaim(ladder)] : []),
    ...(broken.length > 0
      ? [claimOf(`${formatNumberOf(broken.length, 'row')} of different work`, false)]
      : []),
    ...(unchecked > 0 ? [claimOf(`${formatNumberOf(unchecked, 'row')} unchecked`, false)] : []),
    ...(differing.length > 0 ? [claimOf(`its machines differ: ${differing.join(', ')}`, false)] : []),
    missing === 0
      ? claimOf(finished.length === 1 ? 'the run finished' : `all ${finished.length} runs finished`, true)
      : claimOf(`${formatNumberOf(missing, 'run')} without a result`, false),
    ...(disturbed > 0
      ? [claimOf(`${formatNumberOf(disturbed, 'run')} disturbed by other programs`, false)]
      : []),
    ...(unknown > 0
      ? [
          claimOf(
            `${formatNumberOf(unknown, 'run')} that something else on the machine may have disturbed`,
            false,
          ),
        ]
      : []),
    ...(finished.length > 0 && disturbed + unknown === 0
      ? [claimOf('no run disturbed by other programs', true)]
      : []),
  ]
}

function ladderClaim(ladder: Ladder | null): Claim {
  if (ladder === null) return { text: 'parity ladder not climbed: twintune verify', side: 'open' }
  const date = formatUtcDate(ladder.startedAt)
  return ladder.passed
    ? claimOf(`every rung of the parity ladder holds (${date})`, true)
    : claimOf(`a rung of the parity ladder fails (${date})`, false)
}
