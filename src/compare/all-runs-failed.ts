import { type Failure, setUnprinted, TwintuneError } from '../failure.js'
import { frameworkNames } from '../framework-names.js'
import type { UnfinishedRun } from '../protocol/result.js'
import type { Comparison } from './comparison.js'

/** Error of a comparison of which not one run finished. Its `failure` is that of the first run. */
export class AllRunsFailedError extends TwintuneError {
  override readonly name = 'AllRunsFailedError'
  /** Runs of the comparison with the failure of each. */
  declare readonly runs: readonly UnfinishedRun[]
  /** Path of the comparison's folder, where it can be resumed. */
  readonly comparisonDirectory: string

  constructor(first: UnfinishedRun, runs: readonly UnfinishedRun[], comparisonDirectory: string) {
    super({ ...first.failure, message: messageOf(first, runs) })
    setUnprinted<AllRunsFailedError>(this, { runs })
    this.comparisonDirectory = comparisonDirectory
  }
}

/**
 * Refuses a comparison of which every run failed. One that was cancelled has ended as the user wanted.
 *
 * @throws AllRunsFailedError
 */
export function refuseIfAllFailed({ status, runs }: Comparison, comparisonDirectory: string): void {
  const failed = runs.filter((run) => run.status !== 'finished')
  const [first] = failed
  if (status !== 'failed' || first === undefined || failed.length < runs.length) return
  throw new AllRunsFailedError(first, failed, comparisonDirectory)
}

function messageOf({ framework, seed, failure }: UnfinishedRun, runs: readonly UnfinishedRun[]): string {
  if (runs.length === 1) return failure.message
  const isOneCause = runs.every((run) => isSameFailure(run.failure, failure))
  const which = isOneCause ? '' : `, of which ${frameworkNames[framework]} seed ${seed} was the first`
  return `All ${runs.length} runs failed${which}: ${failure.message}`
}

function isSameFailure(one: Failure, other: Failure): boolean {
  return one.code === other.code && one.message === other.message
}
