import { type CancelSignal, withAbortSignal } from '../cancellation.js'
import type { DataDescription } from '../protocol/describe-data.js'
import type { Experiment } from '../spec/schema.js'
import { checkOptionNames, requireExperiment } from './arguments.js'

/** Options of the description of data. */
export interface DescribeDataOptions {
  /** PNG file to draw a contact sheet into, with the images as the network sees them in training. */
  readonly sheet?: string | undefined
  /** Callback that is told how many images have been checked. */
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined
  /** Signal that cancels when it is aborted. */
  readonly signal?: CancelSignal | undefined
}

/**
 * Opens every image of an experiment, and describes the data as a run with the first seed would split them: classes, splits,
 * sizes, duplicates and problems. Images that can't be decoded are among its `unreadable`.
 *
 * @throws TwintuneError When the data can't be read, or no Python can read them.
 */
export async function describeData(
  experiment: Experiment,
  options: DescribeDataOptions = {},
): Promise<DataDescription> {
  requireExperiment('describeData', experiment)
  checkOptionNames<DescribeDataOptions>('describeData', options, {
    sheet: true,
    onProgress: true,
    signal: true,
  })
  const { sheet, onProgress = () => {}, signal } = options
  const { checkAndDescribeData } = await import('../run/one-off/describe-data.js')
  return withAbortSignal(signal, (abort) =>
    checkAndDescribeData(experiment, { sheet, onProgress, signal: abort }),
  )
}
