import { existsSync } from 'node:fs'
import { type FailureCode, TwintuneError } from '../failure.js'
import { isLocalFolder } from '../spec/file-paths.js'
import { nearestPath } from '../spec/nearest-path.js'
import type { Experiment } from '../spec/schema.js'

/** Throws when a file or folder that the experiment names isn't there, before any Python starts: no run could work. */
export function checkInputFiles({ dataset, model }: Pick<Experiment, 'dataset' | 'model'>): void {
  checkDataFiles(dataset)
  if (typeof model.weights !== 'string') {
    checkExists('WEIGHTS_NOT_FOUND', 'model.weights.file', model.weights.file)
  }
}

/** Throws when a file or folder of the data isn't there. A dataset on the hub is for Python to find. */
export function checkDataFiles(dataset: Experiment['dataset']): void {
  if (dataset.source === 'huggingface') {
    if (isLocalFolder(dataset.train)) checkExists('DATASET_NOT_FOUND', 'dataset.train', dataset.train)
    return
  }
  for (const field of ['train', 'validation', 'test'] as const) {
    const file = dataset[field]
    if (file !== undefined) checkExists('DATASET_NOT_FOUND', `dataset.${field}`, file)
  }
}

function checkExists(code: FailureCode, specPath: string, file: string): void {
  if (existsSync(file)) return
  const meant = nearestPath(file)
  throw new TwintuneError({
    code,
    message: `${specPath}: there is no file or folder ${file}`,
    hint:
      meant === null
        ? 'A relative path starts from the folder of the YAML or JSON file; in TypeScript and in --set, from the working directory.'
        : `Did you mean ${meant}?`,
  })
}
