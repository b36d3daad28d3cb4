import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type CancelSignal, unlessCancelled, withAbortSignal } from '../../cancellation.js'
import { TwintuneError } from '../../failure.js'
import type { TrainedModelDescription } from '../../protocol/load-model.js'
import {
  type ClassProbability,
  defaultBatchSize,
  defaultTop,
  predictMessage,
} from '../../protocol/predict.js'
import type { Framework } from '../../spec/schema.js'
import type { FoundModel } from './find-model.js'
import { type ModelWorker, type OpenModelOptions, openModelWorker } from './model-worker.js'

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
  readonly top?: number | undefined
  /**
   * Number of images that go through the model at once.
   * @defaultValue 32
   */
  readonly batchSize?: number | undefined
  /**
   * Signal that cancels when it is aborted. The model can be asked again: where Python had to be ended, the next call loads
   * the model anew.
   */
  readonly signal?: CancelSignal | undefined
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

/** Trained model for `await using`, whose types not every target of a compiler has: the public type leaves it out. */
type DisposableModel = TrainedModel & AsyncDisposable

/**
 * Starts the Python of a trained model's framework and loads the model there.
 *
 * @throws TwintuneError When the framework or the model's file can't be used.
 */
export async function openModel(found: FoundModel, options: OpenModelOptions): Promise<DisposableModel> {
  const first = await openModelWorker(found, options)
  const { model: description, device } = first.loaded
  const closing = new AbortController()
  let opened: Promise<ModelWorker> | undefined = Promise.resolve(first)
  let calls = 0

  // No call's own signal ends the loading: the calls that wait for it too would be cancelled with that one.
  const openAgain = (): Promise<ModelWorker> => {
    const opening = openModelWorker(found, { ...options, signal: closing.signal })
    opening.catch(() => {
      if (opened === opening) opened = undefined
    })
    return opening
  }

  const ask = async (images: readonly (string | Uint8Array)[], asked: Asked): Promise<Prediction[]> => {
    calls++
    const prefix = `image-${calls}-`
    for (;;) {
      if (closing.signal.aborted) throw closedModel()
      opened ??= openAgain()
      const ofCall = opened
      const modelWorker = await unlessCancelled(ofCall, asked.signal)
      try {
        return await predictIn(modelWorker, prefix, images, asked)
      } catch (error) {
        const isCancelled = error instanceof TwintuneError && error.failure.code === 'CANCELLED'
        if (!isCancelled || modelWorker.worker.living || closing.signal.aborted) throw error
        // Python had to be ended: the next call loads the model anew, and so does one that only waited for its turn.
        if (opened === ofCall) {
          opened = undefined
          await modelWorker.end()
        }
        if (asked.signal.aborted) throw error
      }
    }
  }

  const close = async (): Promise<void> => {
    const last = opened
    closing.abort()
    await last?.then(
      ({ end }) => end(),
      () => {},
    )
  }
  return {
    ...{ framework: found.framework, seed: found.seed, description, device },
    predict: async (images, { top = defaultTop, batchSize = defaultBatchSize, signal } = {}) => {
      if (closing.signal.aborted) throw closedModel()
      checkImages(images)
      checkCount('top', top)
      checkCount('batchSize', batchSize)
      if (images.length === 0) return []
      return withAbortSignal(signal, (abort) => ask(images, { top, batchSize, signal: abort }))
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Options of a prediction, with their defaults. */
interface Asked {
  readonly top: number
  readonly batchSize: number
  readonly signal: AbortSignal
}

/** Asks the Python of a model. Images that are given as bytes lie in files meanwhile, whose names begin with `prefix`. */
async function predictIn(
  { worker, folder }: ModelWorker,
  prefix: string,
  images: readonly (string | Uint8Array)[],
  { signal, ...numbers }: Asked,
): Promise<Prediction[]> {
  const written: string[] = []
  try {
    const paths: string[] = []
    for (const [index, image] of images.entries()) {
      if (typeof image === 'string') {
        paths.push(path.resolve(image))
      } else {
        const file = path.join(folder, `${prefix}${index}`)
        written.push(file)
        await writeFile(file, image)
        paths.push(file)
      }
    }
    const { predictions } = await worker.request(predictMessage, { images: paths, ...numbers }, { signal })
    return predictions.map((prediction, index) => {
      const image = images[index]
      return { image: typeof image === 'string' ? image : null, ...prediction }
    })
  } finally {
    await Promise.all(written.map((file) => rm(file, { force: true })))
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
