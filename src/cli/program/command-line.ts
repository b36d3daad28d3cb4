import { asCalled } from '../../called-as.js'
import type { CommandContext } from '../context.js'

/** Command line that commands are declared for. */
export interface CommandLine {
  readonly context: CommandContext
  /** Runs a command, whose exit code becomes that of the process. */
  readonly run: (command: () => Promise<number>) => Promise<void>
}

/** Text of an example below a command's help. */
export function example(command: string): string {
  return `\nExample:\n  $ ${asCalled(command)}`
}
