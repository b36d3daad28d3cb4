import { distance } from 'fastest-levenshtein'
import { fold, nearest } from './nearest.js'
import { formatPlace, type Path } from './path.js'
import { allKeyPaths, knownKeys } from './schema-walk.js'
import { isNameOf } from './synonyms.js'

/** Key that an unknown key was probably meant as. */
export interface MeantKey {
  /** Key of the same mapping; `null` where none is close. */
  readonly meant: string | null
  /** Paths of such keys in other mappings, the outermost first; empty where the same mapping has it, or none has. */
  readonly elsewhere: readonly Path[]
}

/**
 * Finds the key that an unknown key was probably meant as: the same name comes before one that is only alike, and the
 * same mapping before others.
 *
 * @param key - Key that doesn't exist in its mapping.
 * @param parent - Path of its mapping.
 * @param free - Keys of its mapping that aren't there yet.
 */
export function findMeantKey(key: string, parent: Path, free: readonly string[]): MeantKey {
  const named = free.find((name) => fold(name) === fold(key)) ?? free.find((name) => isNameOf(key, name))
  if (named !== undefined) return { meant: named, elsewhere: [] }
  const others = allKeyPaths().filter((path) => isElsewhere(path, parent))
  const elsewhere = atFewPlaces(others.filter((path) => isNameOf(key, String(path.at(-1)))))
  if (elsewhere.length > 0) return { meant: null, elsewhere }
  const meant = nearest(key, free)
  if (meant !== null) return { meant, elsewhere: [] }
  return { meant, elsewhere: atFewPlaces(others.filter((path) => isSlip(key, String(path.at(-1))))) }
}

/** Path of the outermost key that a text names, for `--set`: `training.phases[0].epochs`; `null` where there is none. */
export function pathNamed(text: string): string | null {
  const { meant, elsewhere } = findMeantKey(text, [], knownKeys([], {}))
  return meant ?? (elsewhere[0] ? formatPlace(elsewhere[0]).replaceAll('[]', '[0]') : null)
}

function isElsewhere(path: Path, parent: Path): boolean {
  return formatPlace(path.slice(0, -1)) !== formatPlace(parent) && path.at(-1) !== '$schema'
}

// A key that stands in more places than these, as `name` does, tells nothing of what was meant.
const mostPlaces = 2

function atFewPlaces(paths: readonly Path[]): Path[] {
  return paths.length > mostPlaces ? [] : paths.toSorted((one, other) => depth(one) - depth(other))
}

function depth(path: Path): number {
  return path.filter((segment) => typeof segment === 'string').length
}

// One letter too many, too few or wrong; short keys are a letter away from anything.
function isSlip(text: string, key: string): boolean {
  return text.length > 4 && distance(fold(text), fold(key)) <= 1
}
