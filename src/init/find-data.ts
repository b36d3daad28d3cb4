import { existsSync } from 'node:fs'
import path from 'node:path'
import { TwintuneError } from '../failure.js'
import { type Candidate, imagesOf } from './candidate.js'
import { findImageFolders } from './image-folders.js'
import { findTables } from './tables.js'
import { imagesBelow, readFolder } from './walk.js'

/** Data sets that were found, the most likely first, and what was looked at in vain. */
export interface FoundData {
  readonly candidates: readonly [Candidate, ...Candidate[]]
  readonly remarks: readonly string[]
}

/**
 * Looks for data sets of images in a folder, by names alone: no image is opened, and no Python is started.
 *
 * @param wanted - Absolute path of the folder or table that is to be taken; null looks at everything.
 * @throws TwintuneError DATASET_NOT_FOUND, when there is none.
 */
export async function findData(root: string, wanted: string | null): Promise<FoundData> {
  const folder = await readFolder(root)
  const tables = await findTables(root, folder)
  const all = [...findImageFolders(folder), ...tables.candidates]
  const below = wanted === null ? null : path.relative(root, wanted).split(path.sep).join('/')
  const [likeliest, ...others] = all
    .filter(({ train }) => below === null || isWithin(train.path, below))
    .toSorted((a, b) => likelihood(b) - likelihood(a))
  if (likeliest) return { candidates: [likeliest, ...others], remarks: tables.remarks }
  const seen = imagesBelow(folder)
  const what = wanted === null ? root : wanted
  if (!existsSync(what))
    throw new TwintuneError({ code: 'DATASET_NOT_FOUND', message: `${what} is not there.` })
  throw new TwintuneError({
    code: 'DATASET_NOT_FOUND',
    message: [
      `${what} holds no data that twintune could train on${seen > 0 ? `: ${seen} images, but not in a folder for each class` : ''}.`,
      ...tables.remarks,
    ].join(' '),
    hint: 'Put the images into a folder for each class (cats/…, dogs/…), perhaps within train and test; or write a CSV file with the columns path and label; or name the folder that has them: twintune init FOLDER.',
  })
}

function isWithin(file: string, below: string): boolean {
  return below === '' || file === below || file.startsWith(`${below}/`)
}

// Data with a test of its own were put together for training; of several, the larger set is more likely meant.
function likelihood(candidate: Candidate): number {
  const { test, validation } = candidate
  return imagesOf(candidate) * (test ? 4 : validation ? 2 : 1)
}
