import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type CancelSignal, withAbortSignal } from '../../cancellation.js'
import { TwintuneError } from '../../failure.js'
import { loadModelMessage, type TrainedModelDescription } from '../../protocol/load-model.js'
import {
  type ClassProbability,
  defaultBatchSize,
  defaultTop,
  predictMessage,
} from '../../protocol/predict.js'
import type { Framework } from '../../spec/schema.js'
import type { Worker } from '../../worker/worker.js'
import { FrameworkWorker } from '../workers/framework-worker.js'
import { withTemporaryWorker } from '../workers/temporary-worker.js'
import type { FoundModel } from './find-model.js'

/** Prediction of a trained model for one image. */
export interface Prediction {
  /** Path of the image as it was given; `null` for an image that was given as bytes. */
  readonly image: string | null
  /** Most probable classes, the first of them first; empty where the image could not be read. */
  readonly top: readonly ClassProbability[]
  /** Reason why the image could not be read; `null` where it could. */
  readonly problem: string | null
}

/** Options of a prediction. */
export interface PredictOptions {
  /**
   * Largest number of classes for each image.
   * @defaultValue 1
   */
  readonly top?: number
  /**
   * Number of images that go through the model at once.
   * @defaultValue 32
   */
  readonly batchSize?: number
  /** Signal that cancels when it is aborted; the model can be asked again unless Python had to be ended for it. */
  readonly signal?: CancelSignal
}

/** Trained model in a Python that stays warm until the model is closed. */
export interface TrainedModel {
  readonly framework: Framework
  readonly seed: number
  /** Description of the model: its classes, its preprocessing, its head. */
  readonly description: TrainedModelDescription
  /** Device that the model lies on. */
  readonly device: string
  /**
   * Predicts the classes of images: of files by their paths, or of encoded images as bytes. An image that can't be read
   * has a `problem`, and the others are predicted all the same.
   *
   * @throws TwintuneError When Python has died or the model was closed.
   */
  predict(images: readonly (string | Uint8Array)[], options?: PredictOptions): Promise<Prediction[]>
  /** Stops the model's Python. Never rejects. */
  close(): Promise<void>
}

export interface OpenModelOptions {
  readonly device: string
  readonly signal: AbortSignal
  /** Environment variables that are set for the worker and its Python. */
  readonly environment?: Readonly<Record<string, string>>
}

/**
 * Starts the Python of a trained model's framework and loads the model there.
 *
 * @throws TwintuneError When the framework or the model's file can't be used.
 */
export function openModel(found: FoundModel, options: OpenModelOptions): Promise<DisposableModel> {
  return new Promise((resolve, reject) => {
    let close = (): void => {}
    const closed = new Promise<void>((ended) => {
      close = ended
    })
    const { framework, seed, file, digest } = found
    const ended = withTemporaryWorker(
      framework,
      async (worker, folder) => {
        const { signal, device } = options
        await FrameworkWorker.warmUp(worker, framework, { mode: found.mode, signal })
        const loaded = await worker.request(loadModelMessage, { file, digest, device }, { signal })
        const model = { framework, seed, description: loaded.model, device: loaded.device }
        resolve(warmModel(model, { worker, folder, close, whenEnded: () => ended }))
        await closed
      },
      options.environment,
    ).catch(reject)
  })
}

/** Trained model for `await using`, whose types not every target of a compiler has: the public type leaves it out. */
type DisposableModel = TrainedModel & AsyncDisposable

/** Parts of a warm model: its worker, a folder for images that are given as bytes, and its end. */
interface Warmth {
  readonly worker: Worker
  readonly folder: string
  readonly close: () => void
  readonly whenEnded: () => Promise<void>
}

function warmModel(
  model: Pick<TrainedModel, 'framework' | 'seed' | 'description' | 'device'>,
  { worker, folder, close, whenEnded }: Warmth,
): DisposableModel {
  let isClosed = false
  let calls = 0
  const closeModel = async (): Promise<void> => {
    isClosed = true
    close()
    await whenEnded()
  }
  return {
    ...model,
    predict: async (images, { top = defaultTop, batchSize = defaultBatchSize, signal } = {}) => {
      if (isClosed) throw closedModel()
      checkImages(images)
      checkCount('top', top)
      checkCount('batchSize', batchSize)
      if (images.length === 0) return []
      calls++
      const prefix = path.join(folder, `image-${calls}-`)
      const written: string[] = []
      try {
        const paths: string[] = []
        for (const [index, image] of images.entries()) {
          if (typeof image === 'string') {
            paths.push(path.resolve(image))
          } else {
            const file = `${prefix}${index}`
            written.push(file)
            await writeFile(file, image)
            paths.push(file)
          }
        }
        const request = { images: paths, top, batchSize }
        const { predictions } = await withAbortSignal(signal, (abort) =>
          worker.request(predictMessage, request, { signal: abort }),
        )
        return predictions.map((prediction, index) => {
          const image = images[index]
          return { image: typeof image === 'string' ? image : null, ...prediction }
        })
      } finally {
        await Promise.all(written.map((file) => rm(file, { force: true })))
      }
    },
    close: closeModel,
    [Symbol.asyncDispose]: closeModel,
  }
}

function closedModel(): TwintuneError {
  return new TwintuneError({
    code: 'SPEC_INVALID',
    message: 'The trained model was closed, and predicts nothing any more.',
    hint: 'Load it again with loadModel.',
  })
}

// A single path would be taken for a list of one-letter paths.
function checkImages(images: unknown): void {
  if (
    Array.isArray(images) &&
    images.every((image) => typeof image === 'string' || image instanceof Uint8Array)
  )
    return
  throw new TwintuneError({
    code: 'SPEC_INVALID',
    message: `predict takes a list of images, each a path or bytes, not ${typeof images === 'string' ? `the text ${images}` : Array.isArray(images) ? 'a list of anything else' : typeof images}.`,
    hint: "Give a list, for one image too: predict(['photo.jpg']).",
  })
}

function checkCount(name: string, count: number): void {
  if (Number.isInteger(count) && count >= 1) return
  throw new TwintuneError({
    code: 'SPEC_INVALID',
    message: `${name} must be a whole number from 1 up, not ${count}`,
  })
}
