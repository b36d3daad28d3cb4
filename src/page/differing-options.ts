import { parse } from 'yaml'
import { formatPath, isMapping, type Path } from '../spec/path.js'
import { visible } from '../visible.js'

/** Option in which specifications differ, with its value in each; null where a specification has no such option. */
export interface DifferingOption {
  /** Path of the option, as `--set` takes it. */
  readonly path: string
  readonly values: readonly (string | null)[]
}

/**
 * Lists the options in which complete specifications differ.
 *
 * @param specifications - YAML texts, as comparisons' folders hold them; null where there is none to be read.
 */
export function differingOptions(specifications: readonly (string | null)[]): DifferingOption[] {
  const options = specifications.map((specification) => new Map(optionsOf(specification)))
  const paths = [...new Set(options.flatMap((values) => [...values.keys()]))]
  return paths
    .map((path) => ({ path, values: options.map((values) => values.get(path) ?? null) }))
    .filter(({ values }) => new Set(values).size > 1)
}

// A text may be no specification, or lead back to itself by an alias.
function optionsOf(specification: string | null): [string, string][] {
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
