import type { Path } from './path.js'

/** Specification as a file holds it, unchecked. */
export interface Source {
  readonly value: unknown
  /** Problems of the text itself, though it could be read. */
  readonly problems: readonly Problem[]
  /** Locates a key or value, or the innermost mapping or list that is there. */
  locate(path: Path, at: 'key' | 'value'): Location
}

export interface Problem extends Place {
  readonly path: Path
  readonly message: string
}

export interface Place {
  /** Number of the line, from 1; null where there is no text to point into. */
  readonly line: number | null
  readonly column: number | null
}

export interface Location extends Place {
  /** Number of the path's segments that are in the file. */
  readonly depth: number
}

/** Error of a reader when a file can't be read as a specification at all. */
export class Unreadable extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(({ message }) => message).join('\n'), options)
    this.problems = problems
  }
}
