import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { compareText } from '../compare-text.js'
import { isImage } from '../image-endings.js'

/** Folder as `init` sees it: what lies in it, without what is hidden, linked or made by programs. */
export interface Folder {
  /** Path from the folder that was looked at, with forward slashes; empty for that folder itself. */
  readonly path: string
  readonly name: string
  readonly folders: readonly Folder[]
  /** Number of images that lie right in the folder. */
  readonly images: number
  /** Names of the tables that lie right in the folder. */
  readonly tables: readonly string[]
}

const madeByPrograms = new Set(['node_modules', '__pycache__', 'venv', 'dist', 'build'])
const filesOfAComparison = ['events.jsonl', 'spec.yaml']
const deepest = 8

/** Reads a folder with all that is in it, down to eight levels. A folder that can't be read counts as empty. */
export async function readFolder(root: string, below = '', depth = 0): Promise<Folder> {
  const entries = await readdir(path.join(root, below), { withFileTypes: true }).catch(() => [])
  const shown = entries.filter(({ name }) => !name.startsWith('.') && !madeByPrograms.has(name))
  const files = shown.filter((entry) => entry.isFile()).map(({ name }) => name)
  const isComparison = filesOfAComparison.every((name) => files.includes(name))
  const inside = depth === deepest || isComparison ? [] : shown.filter((entry) => entry.isDirectory())
  const folders: Folder[] = []
  for (const { name } of inside.sort((a, b) => compareText(a.name, b.name)))
    folders.push(await readFolder(root, path.posix.join(below, name), depth + 1))
  return {
    path: below,
    name: path.posix.basename(below),
    folders,
    images: isComparison ? 0 : files.filter(isImage).length,
    tables: files.filter(isTable).sort(compareText),
  }
}

/** Whether a file is a table by its name. */
export function isTable(name: string): boolean {
  return /\.(csv|tsv|parquet)$/i.test(name)
}

/** Number of images in a folder and in all folders below it. */
export function imagesBelow({ images, folders }: Folder): number {
  return folders.reduce((sum, folder) => sum + imagesBelow(folder), images)
}

/** The folder and all folders below it. */
export function withAllBelow(folder: Folder): readonly Folder[] {
  return [folder, ...folder.folders.flatMap(withAllBelow)]
}
