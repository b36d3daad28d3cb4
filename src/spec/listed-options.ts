import { parse } from 'yaml'
import { visible } from '../visible.js'
import { formatPath, isMapping, type Path } from './path.js'

/**
 * Lists the options of a specification with their values, by paths as `--set` takes them. A text that is no specification,
 * or that leads back to itself by an alias, has none.
 *
 * @param specification - YAML text, as comparisons' folders hold it; null where there is none to be read.
 */
export function listOptions(specification: string | null): [string, string][] {
  try {
    return specification === null ? [] : valuesOf(visible(parse(specification)))
  } catch {
    return []
  }
}

// A list of plain values counts as one value, and each phase as a mapping of its own.
function valuesOf(value: unknown, path: Path = []): [string, string][] {
  if (Array.isArray(value) && value.every((entry) => typeof entry !== 'object'))
    return [[formatPath(path), value.join(', ')]]
  if (Array.isArray(value)) return value.flatMap((entry, index) => valuesOf(entry, [...path, index]))
  if (isMapping(value))
    return Object.entries(value).flatMap(([key, entry]) => valuesOf(entry, [...path, key]))
  return path.length === 0 ? [] : [[formatPath(path), String(value)]]
}
