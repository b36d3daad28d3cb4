import type { Candidate } from './candidate.js'
import { type Folder, imagesBelow } from './walk.js'

// Names of the splits, in lower case.
const trainNames = ['train', 'training']
const validationNames = ['validation', 'valid', 'val', 'dev']
const testNames = ['test', 'testing']

/**
 * Finds the folders that hold one folder of images for each class, or such folders named train, val and test. What lies
 * within one of them is no data set of its own.
 */
export function findImageFolders(folder: Folder): readonly Candidate[] {
  const found = splitFolders(folder) ?? classFolders(folder)
  return found ? [found] : folder.folders.flatMap(findImageFolders)
}

function splitFolders(folder: Folder): Candidate | null {
  const named = (names: readonly string[]) =>
    folder.folders.find(({ name }) => names.includes(name.toLowerCase()))
  const train = named(trainNames)
  const classes = train && classesOf(train)
  if (!train || !classes) return null
  const remarks: string[] = []
  const split = (names: readonly string[]) => {
    const found = named(names)
    if (!found || imagesBelow(found) === 0) return null
    const unknown = classesOf(found)?.filter((name) => !classes.includes(name))
    if (unknown?.length === 0) return { path: found.path, images: imagesBelow(found) }
    remarks.push(
      unknown === undefined
        ? `${found.path} has no folder for each class, so it is left out.`
        : `${found.path} has classes that ${train.path} lacks (${unknown.slice(0, 3).join(', ')}), so it is left out.`,
    )
    return null
  }
  return {
    source: 'imagefolder',
    train: { path: train.path, images: imagesBelow(train) },
    validation: split(validationNames),
    test: split(testNames),
    classes,
    columns: {},
    remarks,
  }
}

function classFolders(folder: Folder): Candidate | null {
  const classes = classesOf(folder)
  if (!classes) return null
  const loose = folder.images
  return {
    source: 'imagefolder',
    train: { path: folder.path, images: imagesBelow(folder) - loose },
    validation: null,
    test: null,
    classes,
    columns: {},
    remarks: loose === 0 ? [] : [`${loose} images lie in no folder of a class, and are passed over.`],
  }
}

/** Names of the classes in a folder: undefined where fewer than two folders right in it hold images themselves. */
function classesOf({ folders }: Folder): string[] | undefined {
  if (folders.filter(({ images }) => images > 0).length < 2) return undefined
  return folders.filter((folder) => imagesBelow(folder) > 0).map(({ name }) => name)
}
