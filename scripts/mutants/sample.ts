// Names mutants and draws a sample of them; scripts/mutants/sampling.py does the same for Python.

import { createHash } from 'node:crypto'

/** A mutant as Stryker tells of it. */
export interface MutantPlace {
  readonly mutatorName: string
  readonly replacement: string
  /** Number of the line, from 0. */
  readonly line: number
  /** Number of the column, from 0. */
  readonly column: number
}

/**
 * The mutant's name. It stays when the file is renamed, or the line moves within it, so that two checkouts of the same
 * source have the same sample.
 *
 * @param source - the file's text without a mutant
 */
export function mutantId(source: string, mutant: MutantPlace): string {
  const lines = source.split('\n').map((line) => line.trim())
  const line = lines[mutant.line] ?? ''
  const indent = (source.split('\n')[mutant.line] ?? '').indexOf(line)
  const occurrence = lines.slice(0, mutant.line).filter((earlier) => earlier === line).length
  const key = [line, occurrence, mutant.column - indent, mutant.mutatorName, mutant.replacement]
  return sha256(JSON.stringify(key)).toString('hex').slice(0, 12)
}

/** A number from 0 to 1 that stands for a name under a seed, and looks as if drawn uniformly. */
export function fraction(seed: string, name: string): number {
  return sha256(`${seed} ${name}`).readUIntBE(0, 6) / 2 ** 48
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
