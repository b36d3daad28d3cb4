import { resolve } from 'node:path'
import { getIn, type Path, setIn } from './path.js'

/** A copy of an unchecked specification whose file paths are absolute, the relative ones taken from that folder. */
export function resolveFilePaths(spec: unknown, folder: string): unknown {
  return filePaths.reduce((resolved, path) => {
    const file = getIn(resolved, path)
    return typeof file === 'string' && file !== '' ? setIn(resolved, path, resolve(folder, file)) : resolved
  }, spec)
}

const filePaths: readonly Path[] = [
  ['dataset', 'train'],
  ['dataset', 'test'],
  ['model', 'weights', 'file'],
]
