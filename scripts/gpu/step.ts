import type { Framework } from '../../src/spec/schema.js'
import type { FigureTable } from './figures.js'

/** Step of `make gpu`: one command, and what its output comes to on the page. */
export interface Step {
  /** Name that the step's files and its entry in the state have. */
  readonly name: string
  /** Sentence that says on the page what the step does, and for what. */
  readonly purpose: string
  readonly command: readonly [string, ...string[]]
  /** Variables that the command gets beside those of this process. */
  readonly env?: Readonly<Record<string, string>>
  /** Minutes after which the step counts as hung, and is ended. */
  readonly minutes: number
  /** Why the step can't be carried out here; null where it can. */
  readonly leftOut?: string | null
  /** Folders of the checkout whose code the step runs, beside the command's own and that of Python. */
  readonly code?: readonly string[]
  /** Frameworks whose versions and devices the step's result depends on; both by default. */
  readonly frameworks?: readonly Framework[]
  /**
   * Paths of the files and folders that the command leaves. What an earlier try has left there is removed before, and a
   * step without them isn't done, unless it is refused.
   */
  readonly leaves?: readonly string[]
  /** Whether the step is carried out every time: its command sees by itself what is done already. */
  readonly isRepeated?: boolean
  /** How the command should end where it should be refused; without it, with 0. */
  readonly refusal?: Refusal
  /** Says in a sentence what the step's figures come to, from its standard output. */
  readonly readResult?: (stdout: string) => string
  /** Reads the step's figures from its standard output, or from the files that it wrote. */
  readonly readFigures?: (stdout: string) => readonly FigureTable[]
}

/** End of a command that is refused on purpose. */
export interface Refusal {
  readonly exitCode: number
  /** Word that the command's output has to hold, such as a failure's code. */
  readonly word: string
}
