import { loadModelMessage, type TrainedModelDescription } from '../../protocol/load-model.js'
import type { Worker } from '../../worker/worker.js'
import { FrameworkWorker } from '../workers/framework-worker.js'
import { withTemporaryWorker } from '../workers/temporary-worker.js'
import type { FoundModel } from './find-model.js'

export interface OpenModelOptions {
  readonly device: string
  readonly signal: AbortSignal
  /** Environment variables that are set for the worker and its Python. */
  readonly environment?: Readonly<Record<string, string>> | undefined
}

/** Worker whose Python has loaded a trained model. */
export interface ModelWorker {
  readonly worker: Worker
  /** Folder for files that Python is to read; it is deleted with the worker. */
  readonly folder: string
  readonly loaded: { readonly model: TrainedModelDescription; readonly device: string }
  /** Stops the worker, whether it still lives or not. Never rejects. */
  readonly end: () => Promise<void>
}

/**
 * Starts the Python of a trained model's framework and loads the model there.
 *
 * @throws TwintuneError When the framework or the model's file can't be used, or when it is cancelled.
 */
export function openModelWorker(found: FoundModel, options: OpenModelOptions): Promise<ModelWorker> {
  return new Promise((resolve, reject) => {
    let release = (): void => {}
    const released = new Promise<void>((ended) => {
      release = ended
    })
    const { framework, file, digest, mode } = found
    const ended = withTemporaryWorker(
      framework,
      async (worker, folder) => {
        const { signal, device } = options
        await FrameworkWorker.warmUp(worker, framework, { mode, signal })
        const loaded = await worker.request(loadModelMessage, { file, digest, device }, { signal })
        const end = async (): Promise<void> => {
          release()
          await ended
        }
        resolve({ worker, folder, loaded, end })
        await released
      },
      options.environment,
    ).catch(reject)
  })
}
