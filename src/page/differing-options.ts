import { listOptions } from '../spec/listed-options.js'

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
  const options = specifications.map((specification) => new Map(listOptions(specification)))
  const paths = [...new Set(options.flatMap((values) => [...values.keys()]))]
  return paths
    .map((path) => ({ path, values: options.map((values) => values.get(path) ?? null) }))
    .filter(({ values }) => new Set(values).size > 1)
}
