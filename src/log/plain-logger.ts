import type { Colors } from 'picocolors/types.js'
import type { Event, EventOf } from '../events.js'
import { frameworkNames } from '../framework-names.js'
import type { Run } from '../plan/plan-runs.js'
import { formatLoss, formatRate, formatSeconds } from '../report/format.js'
import {
  comparisonExtendedText,
  comparisonMergedText,
  comparisonResumedText,
  comparisonStartedText,
  epochText,
  evaluationText,
  failedText,
  finishedText,
  judgingText,
  phaseFinishedText,
  phaseText,
  runLabel,
  runPlacedText,
  runResumedText,
  stageProgress,
  stageText,
  warningText,
  workerText,
} from './event-text.js'
import type { Logger } from './logger.js'
import { type OutputStream, writeLine } from './output.js'
import { unreachable } from './unreachable.js'

const secondsBetweenProgressLines = 5

/** Prints a line for each event that a reader of a log file wants to know of, and now and then a line of progress. */
export class PlainLogger implements Logger {
  readonly #stream: OutputStream
  readonly #colors: Colors
  /** Time when each run last printed a line, in milliseconds since 1970. */
  readonly #lastLine = new Map<string, number>()
  #labelWidth = 0

  constructor(stream: OutputStream, colors: Colors) {
    this.#stream = stream
    this.#colors = colors
  }

  log(event: Event): void {
    if (event.type === 'comparison-started' || event.type === 'comparison-resumed') {
      this.#labelWidth = Math.max(...event.runs.map((run) => runLabel(run).length))
    }
    if ((event.type === 'step' || event.type === 'stage') && this.#spokeLately(event)) return
    const line = this.#lineOf(event)
    if (line === null) return
    writeLine(this.#stream, line)
    if ('seed' in event) this.#lastLine.set(keyOf(event), Date.parse(event.time))
  }

  close(): void {}

  #lineOf(event: Event): string | null {
    switch (event.type) {
      case 'comparison-started':
        return comparisonStartedText(event, this.#colors)
      case 'comparison-resumed':
        return comparisonResumedText(event, this.#colors)
      case 'comparison-extended':
        return comparisonExtendedText(event, this.#colors)
      case 'comparison-merged':
        return comparisonMergedText(event, this.#colors)
      case 'worker':
        return this.#labelled(frameworkNames[event.framework], workerText(event))
      case 'judging':
        return this.#labelled(frameworkNames[event.framework], judgingText(event))
      case 'run-started':
        return this.#labelled(runLabel(event), 'started')
      case 'run-placed':
        return this.#labelled(runLabel(event), runPlacedText(event))
      case 'run-resumed':
        return this.#labelled(runLabel(event), runResumedText(event))
      case 'stage':
        return this.#labelled(
          runLabel(event),
          [stageText(event), stageProgress(event) ?? ''].join(' ').trimEnd(),
        )
      case 'phase-started':
        return this.#labelled(runLabel(event), phaseText(event))
      case 'step':
        return this.#labelled(runLabel(event), stepText(event))
      case 'epoch':
        return this.#labelled(runLabel(event), epochText(event))
      case 'phase-finished': {
        const text = phaseFinishedText(event)
        return text === null ? null : this.#labelled(runLabel(event), text)
      }
      case 'evaluation':
        return this.#labelled(runLabel(event), evaluationText(event))
      case 'run-finished':
        return this.#labelled(runLabel(event), `finished: ${finishedText(event)}`)
      case 'run-failed':
        return failedText(event, this.#colors)
      case 'warning':
        return warningText(event, this.#colors)
      case 'checkpoint':
      case 'comparison-finished':
        return null
      default:
        return unreachable(event)
    }
  }

  #labelled(label: string, text: string): string {
    return `${label.padEnd(this.#labelWidth)}  ${text}`
  }

  /** Prints a line of progress only when its run has printed nothing for a while. */
  #spokeLately(event: EventOf<'stage' | 'step'>): boolean {
    const lastLine = this.#lastLine.get(keyOf(event)) ?? 0
    return Date.parse(event.time) - lastLine < 1000 * secondsBetweenProgressLines
  }
}

function keyOf({ framework, seed, repeat }: Partial<Run> | EventOf<'warning'>): string {
  return `${framework} ${seed} ${repeat}`
}

function stepText({
  epoch,
  epochs,
  step,
  steps,
  loss,
  imagesPerSecond,
  secondsLeft,
}: EventOf<'step'>): string {
  return [
    `epoch ${epoch}/${epochs}`,
    `step ${step}/${steps}`,
    `loss ${formatLoss(loss)}`,
    `${formatRate(imagesPerSecond)} images/s`,
    `${formatSeconds(secondsLeft)} left`,
  ].join('  ')
}
