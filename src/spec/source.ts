import type { Path } from './path.js'

/** A specification as a file holds it, unchecked. */
export interface Source {
  readonly value: unknown
  /** What is wrong with the text itself, though it could be read. */
  readonly problems: readonly Problem[]
  /** The place of a key or value, or of the innermost mapping or list that is there. */
  locate(path: Path, at: 'key' | 'value'): Location
}

export interface Problem extends Place {
  readonly path: Path
  readonly message: string
}

export interface Place {
  /** From 1; null where there is no text to point into. */
  readonly line: number | null
  readonly column: number | null
}

export interface Location extends Place {
  /** How many segments of the path are in the file. */
  readonly depth: number
}

/** Thrown by a reader when a file can't be read as a specification at all. */
export class Unreadable extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(({ message }) => message).join('\n'), options)
    this.problems = problems
  }
}
