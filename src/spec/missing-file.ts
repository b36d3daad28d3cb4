import { readdir } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { TwintuneError } from '../failure.js'
import { nearest } from './nearest.js'

/** Explains a specification file that can't be read, and names the file of its folder that was probably meant. */
export async function explainMissingFile(
  path: string,
  shownPath: string,
  extensions: readonly string[],
  error: unknown,
): Promise<TwintuneError> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const reason =
    reasons[String(code)] ?? `can't be read: ${error instanceof Error ? error.message : String(error)}`
  // In a folder, such as that of a comparison, its spec.yaml is meant.
  const [folder, name] = code === 'EISDIR' ? [shownPath, 'spec.yaml'] : [dirname(shownPath), basename(path)]
  const others = await readdir(code === 'EISDIR' ? path : dirname(path)).catch((): string[] => [])
  const specs = others.filter((other) => other !== basename(path) && extensions.includes(extname(other)))
  const similar = nearest(name, specs)
  return new TwintuneError({
    code: 'SPEC_NOT_FOUND',
    message: `The specification ${shownPath} ${reason}.`,
    hint: similar === null ? null : `Did you mean ${join(folder, similar)}?`,
  })
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "doesn't exist",
  ENOTDIR: "doesn't exist",
  EISDIR: 'is a folder',
  EACCES: "can't be read: permission denied",
}
