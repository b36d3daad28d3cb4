import { resolve } from 'node:path'
import { formatPath, getIn, type Path, setIn } from './path.js'

/** Copies an unchecked specification with absolute file paths. Relative paths are taken from the folder. */
export function resolveFilePaths(spec: unknown, folder: string): unknown {
  const isOnHub = getIn(spec, ['dataset', 'source']) === 'huggingface'
  return filePaths.reduce((resolved, path) => {
    const file = getIn(resolved, path)
    if (typeof file !== 'string' || file === '') return resolved
    if (isOnHub && path === trainPath && !isLocalFolder(file)) return resolved
    return setIn(resolved, path, resolve(folder, file))
  }, spec)
}

/** Whether a Hugging Face dataset is a folder on this machine: a name on the hub looks like a relative path otherwise. */
export function isLocalFolder(dataset: string): boolean {
  return /^(\.{0,2}[\\/]|[A-Za-z]:[\\/])/.test(dataset)
}

const trainPath: Path = ['dataset', 'train']

const filePaths: readonly Path[] = [
  trainPath,
  ['dataset', 'validation'],
  ['dataset', 'test'],
  ['model', 'weights', 'file'],
]

/** Options of a specification that may name files, by their paths. */
export const fileOptions: readonly string[] = filePaths.map(formatPath)
