import { type CancelSignal, refuseIfAborted, withAbortSignal } from '../cancellation.js'
import { frameworkNames } from '../framework-names.js'
import { defaultRunsDirectory } from '../run/folder/files.js'
import type { TrainedModel } from '../run/one-off/trained-model.js'
import type { Framework } from '../spec/schema.js'
import { checkOptionNames, requireChoice, requireText } from './arguments.js'
import type { FindOptions } from './find-options.js'

/** Options of which trained model is loaded, and where it computes. */
export interface LoadModelOptions extends FindOptions {
  /** Framework of the run. */
  readonly framework: Framework
  /**
   * Seed of the run.
   * @defaultValue the first seed that the framework has finished
   */
  readonly seed?: number | undefined
  /**
   * Device as in a specification: `auto`, `cpu`, `gpu` or `gpu:N`.
   * @defaultValue `auto`
   */
  readonly device?: string | undefined
  /** Signal that cancels the loading when it is aborted. */
  readonly signal?: CancelSignal | undefined
}

/**
 * Loads the trained model of a run into a Python of its framework, which stays warm until the model is closed. Neither the
 * data nor the pretrained weights are needed.
 *
 * @param comparison - Comparison of the run: its folder, its name, the beginning or end of its name, or `latest`.
 * @throws TwintuneError When there is no such comparison or no finished run of that kind, or when the framework or the
 * model's file can't be used.
 * @example
 * const model = await loadModel('latest', { framework: 'pytorch' })
 * const [prediction] = await model.predict(['photo.jpg'])
 * await model.close()
 */
export async function loadModel(comparison: string, options: LoadModelOptions): Promise<TrainedModel> {
  requireText('loadModel', comparison, "loadModel('latest', { framework: 'pytorch' })")
  checkOptionNames<LoadModelOptions>('loadModel', options, {
    framework: true,
    seed: true,
    device: true,
    runsDirectory: true,
    signal: true,
  })
  const { framework, seed, device = 'auto', runsDirectory = defaultRunsDirectory, signal } = options
  refuseIfAborted(signal)
  requireChoice('framework', framework, Object.keys(frameworkNames))
  const { findComparison } = await import('../run/folder/find.js')
  const { findModels } = await import('../run/one-off/find-model.js')
  const { openModel } = await import('../run/one-off/trained-model.js')
  const [found] = findModels(await findComparison(comparison, runsDirectory), { framework, seed })
  return withAbortSignal(signal, (abort) => openModel(found, { device, signal: abort }))
}
