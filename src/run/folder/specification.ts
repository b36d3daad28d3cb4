import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { comparisonFiles } from './files.js'

/** Hashes the spec.yaml in a comparison's folder as it is now. */
export async function hashSpecification(folder: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path.join(folder, comparisonFiles.spec)))
    .digest('hex')
}
