import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { TwintuneError } from '../failure.js'
import { type Candidate, imagesOf } from './candidate.js'
import { findImageFolders } from './image-folders.js'
import { findTables } from './tables.js'
import { type Folder, imagesBelow, isTable, readFolder, withAllBelow } from './walk.js'

/** Data sets that were found, the most likely first, and what was looked at in vain. */
export interface FoundData {
  readonly candidates: readonly [Candidate, ...Candidate[]]
  readonly remarks: readonly string[]
}

/**
 * Takes a place that the user names apart: the folder to look in, and the table in it that alone is meant.
 *
 * @throws TwintuneError DATASET_NOT_FOUND, for a file that is no table.
 */
export function placeOf(named: string): { readonly root: string; readonly table: string | null } {
  const found = statSync(named, { throwIfNoEntry: false })
  if (found === undefined || found.isDirectory()) return { root: named, table: null }
  if (found.isFile() && isTable(named)) return { root: path.dirname(named), table: named }
  throw new TwintuneError({
    code: 'DATASET_NOT_FOUND',
    message: `${named} is no folder, and no CSV, TSV or Parquet file.`,
    hint: 'Name the folder that holds the images, or a table of them.',
  })
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
  if (likeliest)
    return {
      candidates: [likeliest, ...others],
      remarks: [...tables.remarks, ...likelyTests(likeliest, others)],
    }
  const what = wanted === null ? root : wanted
  if (!existsSync(what))
    throw new TwintuneError({ code: 'DATASET_NOT_FOUND', message: `${what} is not there.` })
  throw new TwintuneError({
    code: 'DATASET_NOT_FOUND',
    message: [
      `${what} holds no data that twintune could train on${describeImages(folder)}.`,
      ...tables.remarks,
    ].join(' '),
    hint: 'Put the images into a folder for each class (cats/…, dogs/…), perhaps within train and test; or write a CSV file with the columns path and label; or name the folder that has them: twintune init FOLDER.',
  })
}

/** Says which other data look like the test set of those that are chosen, as where a folder's name is misspelt. */
function likelyTests(chosen: Candidate, others: readonly Candidate[]): string[] {
  if (chosen.test !== null) return []
  return others
    .filter(({ source, classes }) => source === chosen.source && isDeepStrictEqual(classes, chosen.classes))
    .map(({ train }) => `${train.path} has the same classes: if it is the test set, name it in dataset.test.`)
}

/** Says where the images of a folder lie that makes no data set; nothing where there are none. */
function describeImages(folder: Folder): string {
  const seen = imagesBelow(folder)
  if (seen === 0) return ''
  const holding = withAllBelow(folder).filter(({ images, path: below }) => images > 0 && below !== '')
  const images = seen === 1 ? '1 image' : `${seen} images`
  const [only] = holding
  return holding.length === 1 && only?.images === seen
    ? `: ${images}, all in ${only.path}, which is one class where two are needed`
    : `: ${images}, but not in a folder for each class`
}

function isWithin(file: string, below: string): boolean {
  return below === '' || file === below || file.startsWith(`${below}/`)
}

// Data with a test of its own were put together for training; of several, the larger set is more likely meant.
function likelihood(candidate: Candidate): number {
  const { test, validation } = candidate
  return imagesOf(candidate) * (test ? 4 : validation ? 2 : 1)
}
