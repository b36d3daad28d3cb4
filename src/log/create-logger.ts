import picocolors from 'picocolors'
import { JsonLinesLogger } from './json-lines-logger.js'
import { combineLoggers, type Logger } from './logger.js'
import { OnceLogger } from './once-logger.js'
import { isInteractive, type OutputStream, supportsColor } from './output.js'
import { PlainLogger } from './plain-logger.js'
import { QuietLogger } from './quiet-logger.js'
import { ReportLogger } from './report-logger.js'
import { TerminalLogger } from './terminal-logger.js'
import { VisibleLogger } from './visible-logger.js'

export interface LoggerOptions {
  /** Prints events on stdout, one a line, and all that is for people on stderr. */
  readonly json?: boolean | undefined
  /** Prints warnings, failures and the verdict, and nothing else. */
  readonly quiet?: boolean | undefined
  /** Prints the report in full, and not its summary alone. */
  readonly details?: boolean | undefined
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  /** Whether output is coloured. By default each stream is asked whether it has colours. */
  readonly color?: boolean | undefined
}

/** Creates the loggers that the options and the two streams call for: progress goes to stderr, the result to stdout. */
export function createLogger(options: LoggerOptions): Logger {
  const { json = false, quiet = false, details = false, stdout, stderr, color } = options
  const progress = new OnceLogger(createProgressLogger(options))
  const report = new ReportLogger(json ? stderr : stdout, { brief: quiet, details, color })
  const forPeople = new VisibleLogger(combineLoggers(progress, report))
  return json ? combineLoggers(new JsonLinesLogger(stdout), forPeople) : forPeople
}

function createProgressLogger({ json, quiet, stderr, color = supportsColor(stderr) }: LoggerOptions): Logger {
  const colors = picocolors.createColors(color)
  if (quiet) return new QuietLogger(stderr, colors)
  return isInteractive(stderr) && !json ? new TerminalLogger(stderr, colors) : new PlainLogger(stderr, colors)
}
