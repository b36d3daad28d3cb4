import path from 'node:path'
import type { z } from 'zod'
import { unlessCancelled } from '../../cancellation.js'
import { TwintuneError } from '../../failure.js'
import { datasetRequest } from '../../plan/dataset-request.js'
import { weightsByKind } from '../../plan/run-request.js'
import { runSeeds } from '../../plan/run-seeds.js'
import { type DataDescription, describeDataMessage } from '../../protocol/describe-data.js'
import type { Experiment } from '../../spec/schema.js'
import { checkDataFiles } from '../input-files.js'
import { writableCache } from '../machine/cache-directory.js'
import { withTemporaryWorker } from '../workers/temporary-worker.js'

export interface CheckOptions {
  readonly signal: AbortSignal
  /** PNG file to draw a contact sheet into, with the images as the network sees them in training. */
  readonly sheet?: string | undefined
  /** Callback that is told how many images have been checked. */
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void
}

/**
 * Opens, checks and splits the data of an experiment in a Python of its first framework, which is not imported.
 *
 * @throws TwintuneError When the data can't be read, or no Python can read them.
 */
export async function checkAndDescribeData(
  experiment: Experiment,
  { signal, sheet, onProgress }: CheckOptions,
): Promise<DataDescription> {
  const { dataset, frameworks } = experiment
  const [seed = 0] = experiment.seeds
  const sheetWanted = sheet === undefined ? null : sheetRequest(experiment, path.resolve(sheet))
  checkDataFiles(dataset)
  const [framework = 'pytorch'] = frameworks
  const request = {
    dataset: datasetRequest(experiment),
    seeds: runSeeds(experiment, seed),
    cacheDirectory: writableCache().folder,
    sheet: sheetWanted,
  }
  return withTemporaryWorker(framework, async (worker) => {
    await unlessCancelled(worker.ready, signal)
    return worker.request(describeDataMessage, request, { signal, onProgress })
  })
}

function sheetRequest(
  { mode, model, training, augmentation }: Experiment,
  file: string,
): z.input<typeof describeDataMessage.request>['sheet'] {
  if (mode === 'idiomatic') {
    throw new TwintuneError({
      code: 'SPEC_INVALID',
      message: 'A contact sheet shows what both frameworks see, and in idiomatic mode each sees its own.',
      hint: 'Leave --sheet out, or set mode=aligned.',
    })
  }
  return {
    file,
    backbone: model.backbone,
    weights: weightsByKind(model.weights),
    batchSize: training.batchSize,
    sampler: training.sampler,
    augmentation,
  }
}
