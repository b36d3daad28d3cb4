import os from 'node:os'
import path from 'node:path'
import { compareText } from '../compare-text.js'
import type { PredictionLine } from '../lines/predict.js'
import { renderOptionsFor } from '../log/output.js'
import { formatCount, formatNumberOf } from '../report/format.js'
import { type PredictionPrinter, predictionPrinters } from '../report/predictions.js'
import { findComparison } from '../run/folder/find.js'
import { findModels } from '../run/one-off/find-model.js'
import { openModel, type Prediction, type TrainedModel } from '../run/one-off/trained-model.js'
import type { Framework } from '../spec/schema.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'
import { findImages } from './image-paths.js'

export interface PredictCommandOptions extends OutputOptions {
  readonly out: string
  readonly framework?: Framework
  readonly seed?: number
  readonly top: number
  readonly batchSize: number
  readonly format: keyof typeof predictionPrinters
  readonly device: string
}

/** Carries out `twintune predict COMPARISON IMAGES`: prints what trained models take images for, batch by batch. */
export async function predictCommand(
  comparison: string,
  images: readonly string[],
  options: PredictCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { stdout, stderr, streams, signal, cwd } = context
  const { framework, seed, top, batchSize, device, json = false, quiet = false } = options
  const recorded = await findComparison(comparison, path.resolve(cwd, options.out))
  const found = findModels(recorded, { framework, seed })
  const { paths, ignored } = await findImages(images, context)
  const batches = batchesOf(paths, batchSize)
  // It is waited for before a model is loaded: a search on stdin may have found nothing.
  const first = await batches.next()
  // Models side by side compute at once, each on its share of the cores.
  const share = { TWINTUNE_CORES: String(Math.max(1, Math.floor(os.availableParallelism() / found.length))) }
  const opened = await Promise.allSettled(
    found.map((each) => openModel(each, { device, signal, environment: share })),
  )
  const models = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const counts = { images: 0, unreadable: 0, differing: 0 }
  try {
    for (const each of opened) if (each.status === 'rejected') throw each.reason
    const printer = predictionPrinters[json ? 'jsonl' : options.format](models, {
      ...renderOptionsFor(streams.stdout),
      print: stdout,
    })
    for (let batch = first; !batch.done; batch = await batches.next()) {
      const lines = await predictBatch(batch.value, models, { top, batchSize, signal, cwd })
      printBatch(lines, printer, counts)
    }
  } finally {
    await Promise.all(models.map((model) => model.close()))
  }
  if (!quiet) stderr([summaryOf(counts, models), ...ignoredText(ignored)].join(' '))
  return counts.unreadable > 0 ? exitCodes.runFailed : exitCodes.done
}

interface BatchOptions extends Pick<PredictCommandOptions, 'top' | 'batchSize'> {
  readonly signal: AbortSignal
  readonly cwd: string
}

async function predictBatch(
  batch: readonly string[],
  models: readonly TrainedModel[],
  { cwd, ...options }: BatchOptions,
): Promise<PredictionLine[]> {
  const places = batch.map((image) => path.resolve(cwd, image))
  const ofModels = await Promise.all(
    models.map(async (model) => ({ model, predictions: await model.predict(places, options) })),
  )
  return batch.map((image, index) => {
    const ofImage = ofModels.flatMap(({ model, predictions }) => {
      const prediction = predictions[index]
      return prediction ? [{ model, prediction }] : []
    })
    return toLine(image, ofImage)
  })
}

function toLine(
  image: string,
  ofImage: readonly { readonly model: TrainedModel; readonly prediction: Prediction }[],
): PredictionLine {
  const problem = ofImage.find(({ prediction }) => prediction.problem !== null)?.prediction.problem ?? null
  const models = ofImage.map(({ model: { framework, seed }, prediction: { top } }) => ({
    framework,
    seed,
    top: [...top],
  }))
  const classes = new Set(models.map(({ top: [first] }) => first?.class))
  return {
    type: 'prediction',
    image,
    models: problem === null ? models : [],
    differ: problem === null && classes.size > 1,
    problem,
  }
}

interface Counts {
  images: number
  unreadable: number
  differing: number
}

function printBatch(lines: readonly PredictionLine[], printer: PredictionPrinter, counts: Counts): void {
  printer(lines)
  counts.images += lines.length
  counts.unreadable += lines.filter(({ problem }) => problem !== null).length
  counts.differing += lines.filter(({ differ }) => differ).length
}

function summaryOf({ images, unreadable, differing }: Counts, models: readonly TrainedModel[]): string {
  const read = images - unreadable
  const parts = [formatNumberOf(images, 'image')]
  if (unreadable > 0) parts.push(`${formatCount(unreadable)} could not be read`)
  if (models.length > 1) parts.push(`the models differ on ${formatCount(differing)} of ${formatCount(read)}`)
  return `${parts.join(', ')}.`
}

/** Says which files of the folders are no images by their names: a photo in another format would be missed. */
function ignoredText(ignored: readonly string[]): string[] {
  if (ignored.length === 0) return []
  const endings = [...new Set(ignored.map((file) => path.extname(file).toLowerCase() || path.basename(file)))]
  const shown = endings.toSorted(compareText).slice(0, 5)
  const more = endings.length > shown.length ? ', …' : ''
  return [`${formatNumberOf(ignored.length, 'other file')} ignored: ${visible(shown.join(', '))}${more}.`]
}

async function* batchesOf(
  paths: AsyncIterable<string>,
  size: number,
): AsyncGenerator<readonly string[], void, void> {
  let batch: string[] = []
  for await (const each of paths) {
    batch.push(each)
    if (batch.length === size) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}
