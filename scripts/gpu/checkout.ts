import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'

/** Folders of a checkout that every step runs. */
const shared = ['dist', 'python']

/** Folders of the sources of all that the steps run. */
const sources = ['src', 'python', 'scripts', 'bench', 'examples', 'test/python']

/**
 * Digests the code that a step runs: git may be missing, and knows nothing of a build that is older than its sources.
 *
 * @param folders - Folders that the step runs beside those of all steps.
 */
export function digestCode(root: string, folders: readonly string[]): string {
  const digest = createHash('sha256')
  for (const place of [...shared, ...folders]) {
    const folder = path.join(root, place)
    for (const file of existsSync(folder) ? filesBelow(folder) : []) {
      digest
        .update(`${path.relative(root, file)}\0`)
        .update(readFileSync(file))
        .update('\0')
    }
  }
  return digest.digest('hex').slice(0, 16)
}

/** Names the commit of a checkout for people, and says whether the sources differ from it. */
export async function readCommit(root: string): Promise<string> {
  const commit = await printed('git', ['-C', root, 'rev-parse', '--short', 'HEAD'])
  if (commit === null) {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
    return `version ${version}, whose commit is unknown`
  }
  const changes = await printed('git', ['-C', root, 'status', '--porcelain', '--', ...sources])
  return `commit ${commit.trim()}${changes?.trim() === '' ? '' : ' with changes'}`
}

/** Output of a command; null where it is missing or fails. */
export async function printed(file: string, args: readonly string[]): Promise<string | null> {
  const { exitCode, stdout } = await execa(file, args, { reject: false, timeout: 20_000, maxBuffer: 2 ** 26 })
  return exitCode === 0 ? stdout : null
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== '__pycache__' && !name.startsWith('.'))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name)
      if (entry.isDirectory()) return filesBelow(file)
      return entry.isFile() ? [file] : []
    })
}
