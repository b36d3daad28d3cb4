import { CommanderError } from 'commander'
import { type Failure, toFailure } from '../failure.js'
import type { FailureLine } from '../lines/failure.js'
import { renderOptionsFor } from '../log/output.js'
import { renderFailure } from '../report/failures.js'
import { visible, visibleLines } from '../visible.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodeOfFailure } from './exit-code.js'

/** Tells of the error that ended a command, and says which exit code it deserves. */
export async function reportError(
  error: unknown,
  { json }: OutputOptions,
  { stdout, stderr, streams }: CommandContext,
): Promise<number> {
  // commander has told people already.
  const toldAlready = error instanceof CommanderError
  const failure = toldAlready ? usageFailure(error) : toFailure(error)
  const line: FailureLine = { type: 'failure', failure }
  if (json) stdout(JSON.stringify(line))
  if (toldAlready) {
    const path = await pathOfOption(error)
    if (path !== null) stderr(`(The specification has it: --set ${path}=VALUE)`)
  } else stderr(renderFailure(visible(failure), renderOptionsFor(streams.stderr)))
  // A user who reports a fault of twintune needs its stack.
  if (failure.code === 'INTERNAL' && failure.cause) stderr(visibleLines(failure.cause.detail))
  return exitCodeOfFailure(failure)
}

/** Path in the specification that an unknown option such as `--epochs` names; `null` if it names none, or several. */
async function pathOfOption({ code, message }: CommanderError): Promise<string | null> {
  const [, option] = /unknown option '--([^'=]+)/.exec(message) ?? []
  if (code !== 'commander.unknownOption' || option === undefined) return null
  const { pathNamed } = await import('../spec/meant-key.js')
  return pathNamed(option)
}

function usageFailure({ message }: CommanderError): Failure {
  return {
    code: 'SPEC_INVALID',
    message: message.replace(/^error: /, ''),
    hint: 'twintune --help lists all commands and options.',
    cause: null,
  }
}
