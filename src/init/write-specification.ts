import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { hasCode, TwintuneError } from '../failure.js'
import type { Candidate } from './candidate.js'
import { typescriptSpecification, yamlSpecification } from './specification.js'

export interface WriteSpecificationOptions {
  /** Absolute path of the folder that the specification is written into. */
  readonly folder: string
  readonly candidate: Candidate
  readonly typescript: boolean
  /** Whether a file that is there already is replaced. */
  readonly force: boolean
  /** Command that carries a specification of this path out. */
  readonly commandFor: (file: string) => string
}

/**
 * Writes `experiment.yaml` or `experiment.ts` for a data set, and returns its path.
 *
 * @throws TwintuneError FILE_UNWRITABLE, when the file is there already or the folder can't be written.
 */
export async function writeSpecification(options: WriteSpecificationOptions): Promise<string> {
  const { folder, candidate, typescript, force, commandFor } = options
  const file = path.join(folder, typescript ? 'experiment.ts' : 'experiment.yaml')
  const schema = path.join(folder, schemaFile)
  const write = typescript ? typescriptSpecification : yamlSpecification
  const text = write({
    name: nameOf(folder),
    candidate,
    schema: existsSync(schema) ? `./${schemaFile}` : null,
    command: commandFor(file),
  })
  try {
    await writeFile(file, text, { flag: force ? 'w' : 'wx' })
  } catch (error) {
    const isThere = hasCode(error, 'EEXIST')
    throw new TwintuneError({
      code: 'FILE_UNWRITABLE',
      message: isThere ? `${file} is there already.` : `${file} can't be written: ${String(error)}`,
      hint: isThere ? '--force replaces it.' : 'Name a folder that can be written.',
    })
  }
  return file
}

const schemaFile = 'node_modules/twintune/schema/experiment.schema.json'
const longestName = 60

/** Name of an experiment that is made from the name of a folder. */
function nameOf(folder: string): string {
  const name = path
    .basename(folder)
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
  return name.replace(/^[^A-Za-z0-9]+/, '').slice(0, longestName) || 'experiment'
}
