import type { Colors } from 'picocolors/types.js'
import type { Event, EventOf } from '../events.js'
import {
  comparisonExtendedText,
  comparisonMergedText,
  comparisonResumedText,
  comparisonStartedText,
  failedText,
  finishedText,
  phaseFinishedText,
  runColumns,
  runLabel,
  runPlacedText,
  runResumedText,
  warningText,
} from './event-text.js'
import { LiveBlock } from './live-block.js'
import { LiveBoard } from './live-board.js'
import { renderLiveLine } from './live-line.js'
import type { Logger } from './logger.js'
import { columnsOf, type OutputStream, supportsSparkLines } from './output.js'
import { unreachable } from './unreachable.js'

const millisecondsBetweenFrames = 100

/** Prints a line that changes in place for each thing that goes on, and above these a line that stays for each that ended. */
export class TerminalLogger implements Logger {
  readonly #stream: OutputStream
  readonly #colors: Colors
  readonly #sparkLines: boolean
  readonly #block: LiveBlock
  readonly #board = new LiveBoard()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(stream: OutputStream, colors: Colors, sparkLines = supportsSparkLines()) {
    this.#stream = stream
    this.#colors = colors
    this.#sparkLines = sparkLines
    this.#block = new LiveBlock(stream)
  }

  log(event: Event): void {
    this.#board.update(event)
    if (event.type === 'comparison-finished') {
      this.close()
      return
    }
    const text = lastingText(event, this.#colors)
    if (text !== null) this.#block.print(text)
    if (this.#isClosed) return
    if (text !== null || this.#timer === undefined) this.#draw()
    this.#timer ??= setInterval(() => this.#draw(), millisecondsBetweenFrames).unref()
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#timer)
    this.#block.close()
  }

  #draw(): void {
    const options = {
      now: Date.now(),
      columns: columnsOf(this.#stream),
      colors: this.#colors,
      sparkLines: this.#sparkLines,
    }
    this.#block.draw(this.#board.lines().map((line) => renderLiveLine(line, options)))
  }
}

/** Text of an event that stays on the screen; `null` where none does. */
function lastingText(event: Event, colors: Colors): string | null {
  switch (event.type) {
    case 'comparison-started':
      return comparisonStartedText(event, colors)
    case 'comparison-resumed':
      return comparisonResumedText(event, colors)
    case 'comparison-extended':
      return comparisonExtendedText(event, colors)
    case 'run-placed':
      return event.movedFrom === null ? null : `${runLabel(event)} ${runPlacedText(event)}`
    case 'comparison-merged':
      return comparisonMergedText(event, colors)
    case 'run-resumed':
      return `${runLabel(event)} ${runResumedText(event)}`
    case 'phase-finished':
      return labelledOrNull(event)
    case 'run-finished':
      return `${colors.green('✓')} ${runColumns(event)}  ${finishedText(event)}`
    case 'run-failed':
      return failedText(event, colors)
    case 'warning':
      return warningText(event, colors)
    case 'worker':
    case 'judging':
    case 'run-started':
    case 'stage':
    case 'phase-started':
    case 'step':
    case 'epoch':
    case 'evaluation':
    case 'checkpoint':
    case 'comparison-finished':
      return null
    default:
      return unreachable(event)
  }
}

function labelledOrNull(event: EventOf<'phase-finished'>): string | null {
  const text = phaseFinishedText(event)
  return text === null ? null : `${runLabel(event)} ${text}`
}
