import { defaultImageSize } from '../backbones.js'
import type { DatasetRequest } from '../protocol/request-parts.js'
import type { Experiment } from '../spec/schema.js'

/** Completes a data set with the size of its images, which is the backbone's own where none is given. */
export function datasetRequest({
  mode,
  dataset,
  model,
}: Pick<Experiment, 'mode' | 'dataset' | 'model'>): DatasetRequest {
  return { ...dataset, imageSize: dataset.imageSize ?? defaultImageSize(model.backbone, mode) }
}
