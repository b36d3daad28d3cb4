import { type Failure, isOfEnvironment, TwintuneError, toFailure } from '../../failure.js'
import { batchWarning } from '../../plan/warnings.js'
import type { DataDescription } from '../../protocol/describe-data.js'
import type { Experiment } from '../../spec/schema.js'
import { checkInputFiles } from '../input-files.js'
import { checkAndDescribeData } from './describe-data.js'

/** Result of a check of the data. */
export interface DataCheck {
  /** Description of the data; `null` if the check was cut short, or no Python could make it. */
  readonly data: DataDescription | null
  /** Warnings that no run repeats. */
  readonly warnings: readonly string[]
}

/** Milliseconds that the check may take before a start. What it has looked at by then, the runs don't look at again. */
const longestCheck = 20_000

/**
 * Checks an experiment's files, and opens its images in a Python without a framework, so that what is wrong with them is said
 * at once and not after two frameworks were imported.
 *
 * @throws TwintuneError The failure that each run would have.
 */
export async function checkData(experiment: Experiment, signal: AbortSignal): Promise<DataCheck> {
  checkInputFiles(experiment)
  const limit = AbortSignal.timeout(longestCheck)
  try {
    const cut = AbortSignal.any([signal, limit])
    const data = await checkAndDescribeData(experiment, { signal: cut, onProgress: () => {} })
    if (experiment.dataset.onCorrupt === 'fail') refuseUnreadable(data)
    const training = data.splits.find(({ name }) => name === 'train')
    return { data, warnings: batchWarning(experiment, training?.images ?? 0) }
  } catch (error) {
    const isCut = limit.aborted && !signal.aborted
    if (isCut || isLeftToRuns(toFailure(error))) return { data: null, warnings: [] }
    throw error
  }
}

// One framework's Python may do what another's can't, and each run says what its own lacks.
function isLeftToRuns(failure: Failure): boolean {
  return isOfEnvironment(failure) || failure.code === 'PYTHON_DIED' || failure.code === 'WORKER_DIED'
}

const mostNamed = 20

function refuseUnreadable({ unreadable }: DataDescription): void {
  const [first, ...others] = unreadable
  if (first === undefined) return
  const lines = unreadable.map(({ image, reason }) => `${image}: ${reason}`)
  const more = lines.length > mostNamed ? `; and ${lines.length - mostNamed} more` : ''
  throw new TwintuneError({
    code: 'IMAGE_CORRUPT',
    message:
      others.length === 0
        ? `${first.image} can't be decoded: ${first.reason}.`
        : `${lines.length} images can't be decoded: ${lines.slice(0, mostNamed).join('; ')}${more}.`,
    hint: 'Repair or remove them, or set dataset.onCorrupt=skip. `twintune data SPEC` lists them all.',
  })
}
