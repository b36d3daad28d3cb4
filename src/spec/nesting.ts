import type { Path } from './path.js'

/** Number of levels that the values of a specification may be nested. */
const deepest = 100

/** Message for what is nested deeper. */
export const tooDeep = `nested more than ${deepest} deep; no specification is`

/**
 * Finds a value that is nested deeper than what checks a specification can follow, as one that holds itself is. The values
 * are looked at level by level.
 *
 * @returns Path of such a value; `null` where there is none.
 */
export function pathTooDeep(value: unknown): Path | null {
  // Paths by their values, since a program's value, or YAML's aliases, may hold one object many times.
  let level = new Map<unknown, Path>([[value, []]])
  for (let depth = 0; level.size > 0; depth += 1) {
    const [path = []] = level.values()
    if (depth > deepest) return path
    level = new Map([...level].flatMap(([each, at]) => childrenOf(each, at)))
  }
  return null
}

function childrenOf(value: unknown, path: Path): [unknown, Path][] {
  if (Array.isArray(value)) return value.map((child, index) => [child, [...path, index]])
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).map(([key, child]) => [child, [...path, key]])
}
