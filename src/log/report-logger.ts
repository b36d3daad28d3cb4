import type { Event } from '../events.js'
import { detailsHint, extendHint, resumeHint } from '../report/shown-comparison.js'
import { renderComparison, renderSummary } from '../report/terminal-report.js'
import { unjudgedNote, verdictLine } from '../report/verdict.js'
import type { Logger } from './logger.js'
import { type OutputStream, renderOptionsFor, writeLine } from './output.js'

export interface ReportLoggerOptions {
  /** Prints no more than the verdict and the folder of the rest. */
  readonly brief: boolean
  /** Prints the report in full, and not its summary alone. */
  readonly details: boolean
  readonly color?: boolean | undefined
}

/** Prints the result of a comparison and the path of its folder, at the very end. */
export class ReportLogger implements Logger {
  readonly #stream: OutputStream
  readonly #options: ReportLoggerOptions

  constructor(stream: OutputStream, options: ReportLoggerOptions) {
    this.#stream = stream
    this.#options = options
  }

  log(event: Event): void {
    if (event.type !== 'comparison-finished') return
    const { comparison, comparisonDirectory } = event
    const { brief, details, color } = this.#options
    const render = details ? renderComparison : renderSummary
    const report = brief
      ? verdictLine(comparison)
      : `\n${render(comparison, renderOptionsFor(this.#stream, color))}\n`
    const unjudged = unjudgedNote(comparison, comparisonDirectory)
    const resume = resumeHint({ comparisonDirectory, status: comparison.status, comparison })
    const lines = [
      ...(unjudged === null ? [] : [`warning ${unjudged}`]),
      report,
      ...(brief ? [] : extendHint({ comparison, comparisonDirectory })),
      ...(brief || details ? [] : [detailsHint(comparisonDirectory)]),
      `Comparison folder: ${comparisonDirectory}`,
      ...(resume === null ? [] : [resume]),
    ]
    writeLine(this.#stream, lines.join('\n'))
  }

  close(): void {}
}
