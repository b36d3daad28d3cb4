import type { Event, EventOf } from '../events.js'
import { resumeHint } from '../report/shown-comparison.js'
import type { CommandContext } from './context.js'

/** Options of where pages are served. */
export interface AddressOptions {
  readonly port?: number
  readonly host?: string
}

/** Options of the live page of a comparison. */
export interface ServeOptions extends AddressOptions {
  readonly serve?: boolean
}

/** Live page of a comparison, as a command uses it. */
export interface LivePage {
  /** Signal that is aborted when the user cancels, by Ctrl-C or on the page. */
  readonly signal: AbortSignal
  log(event: Event): void
  /** Shows the report to those who have the page open, and ends its server. */
  end(ended: EventOf<'comparison-finished'>, reportFile: string | null): Promise<void>
  /** Shows that the comparison broke off, and ends the server. */
  breakOff(message: string): Promise<void>
}

/** Opens the live page and prints its address; `null` where the options ask for none. */
export async function openLivePage(options: ServeOptions, context: CommandContext): Promise<LivePage | null> {
  if (!options.serve) return null
  const { serveComparison } = await import('../serve/serve-comparison.js')
  const served = await serveComparison(addressOf(options), context.signal)
  announce('Live page', served.url, options, context)
  return {
    signal: served.signal,
    log: (event) => served.log(event),
    end: (ended, reportFile) => served.end(noteOf(ended, reportFile)),
    breakOff: (message) => served.breakOff(message),
  }
}

function noteOf(
  { comparison: { status }, comparisonDirectory }: EventOf<'comparison-finished'>,
  reportFile: string | null,
): string {
  const report =
    reportFile === null
      ? `Its files are in ${comparisonDirectory}; no report was written.`
      : `The report is in ${reportFile}.`
  return [report, resumeHint({ comparisonDirectory, status }) ?? []].flat().join(' ')
}

const loopback = '127.0.0.1'

/** Address that the options name, or any free port that no other machine reaches. */
export function addressOf({ host = loopback, port = 0 }: AddressOptions): { host: string; port: number } {
  return { host, port }
}

/** Prints the address of a page for people, and a warning where other machines reach it. */
export function announce(
  what: string,
  url: string,
  { host = loopback }: AddressOptions,
  context: CommandContext,
): void {
  context.stderr(`${what}: ${url}`)
  if (![loopback, 'localhost', '::1'].includes(host))
    context.stderr('warning Other machines can reach this page; what it sends is not encrypted.')
}
