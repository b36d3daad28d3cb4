import { cpSync } from 'node:fs'
import path from 'node:path'
import { execaSync } from 'execa'

const root = path.resolve(import.meta.dirname, '..')

/** Makes a folder as a fresh clone is: the files that git tracks, as they are now, and nothing installed or built. */
export function makeCheckout(folder: string): void {
  const { stdout } = execaSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  })
  const files = new Set(stdout.split('\0').filter(Boolean))
  const deleted = execaSync('git', ['ls-files', '-z', '--deleted'], { cwd: root }).stdout.split('\0')
  for (const file of deleted) files.delete(file)
  // With their times, by which make tells what is out of date.
  for (const file of files)
    cpSync(path.join(root, file), path.join(folder, file), { preserveTimestamps: true })
}
