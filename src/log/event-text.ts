import type { Colors } from 'picocolors/types.js'
import type { EventOf } from '../events.js'
import { frameworkNames } from '../framework-names.js'
import type { Run } from '../plan/plan-runs.js'
import { seedLabel } from '../plan/plan-runs.js'
import { failureLines } from '../report/failures.js'
import {
  formatCount,
  formatLoss,
  formatNumberOf,
  formatOr,
  formatPercent,
  formatRate,
  formatSeconds,
} from '../report/format.js'
import { totalSeconds } from '../report/runs.js'
import type { Framework } from '../spec/schema.js'
import { formatSeeds } from '../spec/seeds.js'
import { formatShard } from '../spec/shard.js'

// Texts of events in lines that stay. The plain and the terminal logger share them.

const longestName = Math.max(...Object.values(frameworkNames).map((name) => name.length))

/** Names the run that a line is about: `TensorFlow seed 0`. */
export function runLabel(run: Run): string {
  return `${frameworkNames[run.framework]} ${seedLabel(run)}`
}

/** Names the run that a line is about in columns: `PyTorch     seed 0`. */
export function runColumns(run: Run): string {
  return `${frameworkColumn(run.framework)}  ${seedLabel(run)}`
}

/** Framework's name, padded to the same width for every framework. */
export function frameworkColumn(framework: Framework): string {
  return frameworkNames[framework].padEnd(longestName)
}

/** Tells which runs a comparison has, and its folder. */
export function comparisonStartedText(event: EventOf<'comparison-started'>, { bold }: Colors): string {
  const { experiment, mode, comparisonDirectory, runs, shard } = event
  const share = shard === undefined ? '' : ` shard ${formatShard(shard)},`
  return `${bold(experiment)}:${share} ${formatNumberOf(runs.length, 'run')} in ${mode} mode\nComparison folder: ${comparisonDirectory}`
}

/** Tells which runs of an interrupted comparison are left, and its folder. */
export function comparisonResumedText(event: EventOf<'comparison-resumed'>, { bold }: Colors): string {
  const { experiment, mode, comparisonDirectory, runs, kept } = event
  const finished = kept > 0 ? `, ${formatNumberOf(kept, 'finished run')} kept` : ''
  return `${bold(experiment)}: resumed with ${formatNumberOf(runs.length, 'run')} to go in ${mode} mode${finished}\nComparison folder: ${comparisonDirectory}`
}

/** Tells which seeds are added to a comparison. */
export function comparisonExtendedText(event: EventOf<'comparison-extended'>, { bold }: Colors): string {
  const { experiment, seeds, runs } = event
  const added = new Set(runs.map(({ seed }) => seed))
  return `${bold(experiment)}: ${formatNumberOf(added.size, 'seed')} added (${formatSeeds([...added])}), ${seeds.length} in all`
}

/** Tells which folders a comparison was merged from. */
export function comparisonMergedText(event: EventOf<'comparison-merged'>, { bold }: Colors): string {
  const { experiment, merged } = event
  const lines = merged.parts.map(
    ({ name, seeds }) => `  ${name}  ${seeds.length === 1 ? 'seed' : 'seeds'} ${formatSeeds(seeds)}`,
  )
  return [`${bold(experiment)}: merged from ${merged.parts.length} folders`, ...lines].join('\n')
}

/** Texts of what goes on where an event has nothing to fill them with: the live lines and the live page share them. */
export const liveTexts = {
  /** Text for a worker that has nothing to do until its next run. */
  idle: 'waiting for its turn',
  /** Text for a run that has told nothing since its start. */
  started: 'started',
  /** Text for a phase whose first step isn't over. */
  firstStep: 'first step',
} as const

/** Tells what the worker of a framework is doing. */
export function workerText({ framework, state }: EventOf<'worker'>): string {
  const texts = {
    starting: 'starting Python',
    importing: `importing ${frameworkNames[framework]}`,
    ready: 'ready',
  } satisfies Record<typeof state, string>
  return texts[state]
}

/** Tells what a framework does again of the other's run. */
export function judgingText({ judged, seed, replay, models }: EventOf<'judging'>): string {
  const name = frameworkNames[judged]
  const texts = [
    ...(replay ? [`takes steps of ${name}'s run of seed ${seed} again`] : []),
    ...(models > 0 ? [`tests ${formatNumberOf(models, 'model')} of ${name}`] : []),
  ]
  return texts.join(', ')
}

/** Tells what a run does outside its training steps. */
export function stageText({ stage, cached }: Pick<EventOf<'stage'>, 'stage' | 'cached'>): string {
  const texts = {
    data: 'reading the data',
    build: 'building the model',
    features: cached ? 'reading cached features' : 'computing features',
    evaluate: 'testing',
    profile: 'profiling steps',
  } satisfies Record<typeof stage, string>
  return texts[stage]
}

/** Tells how far a stage is, where that can be counted: `1,216/2,400`. */
export function stageProgress({ done, total }: EventOf<'stage'>): string | null {
  return done === undefined || total === undefined ? null : `${formatCount(done)}/${formatCount(total)}`
}

/** Tells on which node a run is carried out, and from which it had to move. */
export function runPlacedText({ node, movedFrom }: EventOf<'run-placed'>): string {
  return movedFrom === null ? `on ${node}` : `moves to ${node}, since ${movedFrom} is lost`
}

/** Tells where a run goes on after its last checkpoint. */
export function runResumedText({ phase, epoch, step }: EventOf<'run-resumed'>): string {
  const within = step > 0 ? ` and batch ${step} of the next` : ''
  return `goes on from its last checkpoint: phase ${phase}, after ${formatNumberOf(epoch, 'epoch')}${within}`
}

/** Tells what a phase trains, and on what input. */
export function phaseText({
  phase,
  phases,
  trainable,
  trainableParameters,
  input,
}: EventOf<'phase-started'>): string {
  return `phase ${phase}/${phases}: trains ${trainable} (${formatCount(trainableParameters)} parameters) on ${input}`
}

/** Tells the metrics and the speed of an epoch. */
export function epochText(event: EventOf<'epoch'>): string {
  const { epoch, epochs, train, validation, seconds, imagesPerSecond } = event
  return [
    `epoch ${epoch}/${epochs}`,
    `loss ${formatOr(train.loss, formatLoss)}`,
    `accuracy ${formatPercent(train.accuracy)}`,
    ...(validation === null
      ? []
      : [
          `val loss ${formatOr(validation.loss, formatLoss)}`,
          `val accuracy ${formatPercent(validation.accuracy)}`,
        ]),
    formatSeconds(seconds),
    ...(imagesPerSecond === null ? [] : [`${formatRate(imagesPerSecond)} images/s`]),
  ].join('  ')
}

/** Tells why a phase ended early, and which epoch's weights it ends with; `null` when there is nothing to tell. */
export function phaseFinishedText(event: EventOf<'phase-finished'>): string | null {
  const { phase, epochs, epochsDone, endedEarly, weightsOf } = event
  const parts = [
    ...(endedEarly === null ? [] : [`ended early after epoch ${epochsDone}/${epochs}: ${endedEarly}`]),
    ...(weightsOf === epochsDone ? [] : [`goes back to the weights of epoch ${weightsOf}`]),
  ]
  return parts.length === 0 ? null : `phase ${phase} ${parts.join('; ')}`
}

/** Tells the metrics of the test. */
export function evaluationText({ split, accuracy, loss, count }: EventOf<'evaluation'>): string {
  return `${split} accuracy ${formatPercent(accuracy)}, loss ${formatOr(loss, formatLoss)} on ${formatNumberOf(count, 'image')}`
}

/** Tells the result of a run: its test accuracy and how long it took. */
export function finishedText({ result: { test, seconds } }: EventOf<'run-finished'>): string {
  return `${formatPercent(test.accuracy)} test accuracy in ${formatSeconds(totalSeconds(seconds))}`
}

/** Tells a run's failure, or that it was cancelled, with the name of the run. */
export function failedText(event: EventOf<'run-failed'>, { red, yellow }: Colors): string {
  if (event.status === 'cancelled') return `${yellow('cancelled')} ${runLabel(event)}`
  const [message = '', ...details] = failureLines(event.failure)
  return [`${red('failed')} ${runLabel(event)}: ${message}`, ...details.map((line) => `  ${line}`)].join('\n')
}

/** Tells a warning, with the framework that it is about if there is one. */
export function warningText({ framework, message }: EventOf<'warning'>, { yellow }: Colors): string {
  return `${yellow('warning')} ${framework === undefined ? '' : `${frameworkNames[framework]}: `}${message}`
}
