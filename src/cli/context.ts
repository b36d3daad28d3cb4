import type { OutputStream } from '../log/output.js'

/** Context of a command: all that it knows of the world around it. */
export interface CommandContext {
  /** Prints a line of the command's answer. */
  stdout(line: string): void
  /** Prints a line for people. */
  stderr(line: string): void
  /** Streams that `stdout` and `stderr` print to, for the loggers. */
  readonly streams: { readonly stdout: OutputStream; readonly stderr: OutputStream }
  /** Stream of the command's input; absent where there is none. */
  readonly stdin?: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Signal that is aborted when the user cancels. */
  readonly signal: AbortSignal
}

/** Options that every command takes. */
export interface OutputOptions {
  /** Prints machine-readable lines on stdout, and all that is for people on stderr. */
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Options of the commands that read a specification. */
export interface SpecOptions extends OutputOptions {
  readonly set?: readonly string[]
  readonly seeds?: string
  /** Whether a specification that is a program may be run. */
  readonly code?: boolean
}
