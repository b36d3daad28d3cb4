import { frameworkNames } from '../framework-names.js'
import type { SweepSettings } from '../spec/sweep-schema.js'
import { isWorthAnotherTry } from '../sweep/failed-trials.js'
import type { Gain, Sweep, SweepFinal, Trial } from '../sweep/record.js'
import { formatNumberOf, formatOr, formatPercent, formatPValue } from './format.js'
import { metricFormats } from './metric-format.js'

/** Names the way in which the values of trials are chosen, with the sampler where Optuna chooses them. */
export function strategyText(
  strategy: SweepSettings['strategy'],
  sampler: SweepSettings['sampler'] | null,
): string {
  return strategy === 'optuna' ? `Optuna (${sampler ?? 'tpe'})` : strategy
}

/** Names a comparison of a sweep's final by whose settings it has. */
export function finalText({ role, trial, frameworks }: SweepFinal['comparisons'][number]): string {
  if (role === 'default') return 'the specification as it stands'
  // Where each framework is searched by itself, trials of one number have other settings.
  const [framework, ...others] = frameworks
  const alone = framework !== undefined && others.length === 0 ? ` of ${frameworkNames[framework]}` : ''
  return `trial ${trial}${alone}`
}

const mostNamed = 3

/**
 * Says how many trials failed and why, that the choice was made without them, and how they are tried again; `null` if none did.
 *
 * @param named - Name or folder of the sweep, as a command takes it.
 */
export function failedTrialsNote({ trials, final }: Sweep, named: string): string | null {
  const failed = trials.filter(({ status }) => status === 'failed')
  if (failed.length === 0) return null
  const reasonOf = ({ failure }: Trial) => (failure?.message ?? '').replace(/\.$/, '')
  const reasons = [...new Set(failed.map(reasonOf))]
  const shown = reasons.slice(0, mostNamed).map((reason) => {
    const names = failed
      .filter((trial) => reasonOf(trial) === reason)
      .map(({ trial, framework }) => `${trial} (${frameworkNames[framework]})`)
    const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''
    return `${names.length === 1 ? 'Trial' : 'Trials'} ${names.slice(0, mostNamed).join(', ')}${more}: ${reason}.`
  })
  const rest = reasons.length - shown.length
  if (rest > 0) shown.push(`${formatNumberOf(rest, 'more reason')}.`)
  const choice = final === null ? '' : ', and the best settings were chosen without them'
  const again = failed.some(isWorthAnotherTry) ? ` To try again, run: twintune sweep --resume ${named}` : ''
  return `${failed.length} of ${formatNumberOf(trials.length, 'trial')} failed${choice}. ${shown.join(' ')}${again}`
}

/** Says of each framework whether the best settings beat the specification as it stands by more than the noise of the seeds. */
export function gainSentences(sweep: Sweep): string[] {
  const { final } = sweep
  if (final === null)
    return [
      'Whether the best settings beat the specification as it stands is not known: no final comparison was carried out, and the validation that chose them can’t tell.',
    ]
  return final.gains.map((gain) => gainSentence(gain, final))
}

function gainSentence(gain: Gain, final: SweepFinal): string {
  const { framework, trial, verdict, difference } = gain
  const { name, difference: format, unit } = metricFormats[final.metric]
  const subject = `${frameworkNames[framework]}: `
  if (verdict === 'same')
    return `${subject}no trial did better on the validation images than the specification as it stands.`
  const settings = `the settings of trial ${trial}`
  if (difference === null) return `${subject}${settings} could not be compared: no seed finished with both.`
  const { pairs } = difference
  // A seed that failed with one of the two settings tells nothing of their difference.
  const failed = pairs < final.seeds.length ? ` of ${final.seeds.length}, since the others failed` : ''
  const seeds = `${pairs} fresh ${pairs === 1 ? 'seed' : 'seeds'}${failed}`
  const interval = formatOr(difference.interval, ([low, high]) => `${format(low)} to ${format(high)}`)
  const figures = `test ${name} ${format(difference.mean)} ${unit} (${formatOr(difference.level, (level) => formatPercent(level, 1))} interval ${interval}, p ${formatOr(difference.pValue, formatPValue)})`
  if (verdict === 'better')
    return `${subject}${settings} beat the specification as it stands by more than the noise of ${seeds}: ${figures}.`
  if (verdict === 'worse')
    return `${subject}${settings} are worse than the specification as it stands, by more than the noise of ${seeds}: ${figures}. Their place in the validation was luck.`
  const few = pairs < 6 ? ' Fewer than six seeds can show no difference.' : ''
  return `${subject}${settings} do not beat the specification as it stands by more than the noise of ${seeds}: ${figures}.${few}`
}

/** Says what the final comparison tells of the two frameworks at their best; `null` where it tells nothing. */
export function betweenSentence({ final }: Sweep): string | null {
  if (final?.between?.difference == null) return null
  const { kind, difference } = final.between
  const { name, difference: format, unit } = metricFormats[final.metric]
  const figures = `TensorFlow minus PyTorch, test ${name}: ${format(difference.mean)} ${unit}${difference.interval ? ` (interval ${format(difference.interval[0])} to ${format(difference.interval[1])})` : ''}, p ${formatOr(difference.pValue, formatPValue)}`
  return kind === 'comparison'
    ? `Both frameworks have one specification here, and its comparison has its own verdict and contract. ${figures}.`
    : `Each framework has its own best settings, after as many trials as the other. The difference is one of settings too, so that no contract of fairness can hold for it. ${figures}.`
}
