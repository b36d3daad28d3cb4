import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { runFolderFiles } from './files.js'

/** Hash of a run folder's spec.yaml as it is now. */
export async function hashSpecification(folder: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path.join(folder, runFolderFiles.spec)))
    .digest('hex')
}
