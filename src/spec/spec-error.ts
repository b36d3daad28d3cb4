import { type Failure, setUnprinted, TwintuneError } from '../failure.js'
import { visible } from '../visible.js'
import { formatIssue, type SpecIssue } from './issue.js'

/** Error of a wrong specification, with all its issues. The message has a line for each issue. */
export class SpecError extends TwintuneError {
  override readonly name: string = 'SpecError'
  declare readonly issues: readonly SpecIssue[]

  constructor(issues: readonly SpecIssue[], cause?: unknown) {
    super({
      code: 'SPEC_INVALID',
      message: issues.map((issue) => formatIssue(visible(issue))).join('\n'),
      cause: toCause(cause),
    })
    setUnprinted<SpecError>(this, { issues })
  }
}

function toCause(cause: unknown): Failure['cause'] {
  if (!(cause instanceof Error)) return null
  return { type: cause.name, message: cause.message, detail: cause.stack ?? '' }
}
