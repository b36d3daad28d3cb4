import type { FailureCode } from '../failure.js'
import type { Trial } from './record.js'

/** Codes of failures that the settings of a trial bring about: another attempt would end as the first did. */
const ofSettings: readonly FailureCode[] = ['SPEC_INVALID', 'LOSS_NOT_FINITE', 'BATCH_TOO_SMALL']

/** Whether a trial has failed for a reason that isn't its settings, such as a Python that died: resuming tries it again. */
export function isWorthAnotherTry({ status, failure }: Pick<Trial, 'status' | 'failure'>): boolean {
  return status === 'failed' && failure !== null && !ofSettings.includes(failure.code)
}
