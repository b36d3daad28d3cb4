import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parse, stringify } from 'yaml'
import { comparisonFiles } from './files.js'
import { sha256 } from './sha256.js'

/** Hash of a specification, and of each of its parts. */
export interface SpecificationHashes {
  /** Hash of spec.yaml, byte by byte. */
  readonly specification: string
  /** Hashes of the values of spec.yaml by their key at the top, so that a change can be named. */
  readonly specificationParts: Readonly<Record<string, string>>
}

/** Hashes the spec.yaml in a comparison's folder as it is now. */
export async function hashSpecification(folder: string): Promise<SpecificationHashes> {
  return hashesOf(await readFile(path.join(folder, comparisonFiles.spec), 'utf8'))
}

/** Hashes the text of a spec.yaml. */
export function hashesOf(text: string): SpecificationHashes {
  return { specification: sha256(text), specificationParts: partsOf(text) }
}

/** Names the parts in which two specifications differ, by their hashes, the seeds too. */
export function differingParts(
  before: SpecificationHashes['specificationParts'],
  now: SpecificationHashes['specificationParts'],
): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])]
  return names.filter((name) => before[name] !== now[name])
}

/** Copies the text of a spec.yaml with other seeds; the very text where it has them already. */
export function withSeeds(text: string, seeds: readonly number[]): string {
  const specification = parse(text)
  if (isDeepStrictEqual(specification.seeds, seeds)) return text
  return stringify({ ...specification, seeds })
}

// A text that somebody broke has no parts.
function partsOf(text: string): Record<string, string> {
  try {
    const parts = Object.entries(parse(text) as object)
    return Object.fromEntries(parts.map(([name, value]) => [name, sha256(JSON.stringify(value))]))
  } catch {
    return {}
  }
}
