import { parseDocument } from 'yaml'
import { tooDeep } from './nesting.js'
import { formatPath, getIn, isMapping, type Path, parsePath, removeIn, setIn } from './path.js'
import { defaultAt } from './schema-walk.js'
import { parseSeeds } from './seeds.js'

/** Field that the command line sets over that of the file. */
export interface Override {
  /** Option that the field was set by. */
  readonly option: '--set' | '--seeds'
  readonly path: Path
  readonly value: unknown
}

/** Problem of an option that can't be carried out. */
export interface OverrideProblem {
  readonly option: Override['option']
  readonly path: Path
  readonly message: string
}

/** Reads the `path=value` of every `--set`, and `--seeds`, which goes before a `--set seeds=…`. */
export function parseOverrides(
  set: readonly string[],
  seeds?: string,
): { readonly overrides: readonly Override[]; readonly problems: readonly OverrideProblem[] } {
  const parsed = [...set.map(parseSet), ...(seeds === undefined ? [] : [parseSeedsOption(seeds)])]
  return {
    overrides: parsed.filter((option) => 'value' in option),
    problems: parsed.filter((option) => 'message' in option),
  }
}

/**
 * Copies an unchecked specification and sets a field. A value that the specification leaves to a default is written out
 * where the path goes through it, so that to set one field of an optimiser keeps the others. No option has the value `null`,
 * which takes the field away.
 */
export function applyOverride(
  spec: unknown,
  { option, path, value }: Override,
): { spec: unknown } | OverrideProblem {
  let draft = spec
  for (const [depth, segment] of path.entries()) {
    const parent = path.slice(0, depth)
    const container = containerFor(segment, getIn(draft, parent) ?? defaultAt(parent, draft))
    const message = Array.isArray(container) ? misfit(formatPath(parent), container, segment) : null
    if (message !== null) return { option, path, message }
    draft = setIn(draft, parent, container)
  }
  if (value !== null) return { spec: setIn(draft, path, value) }
  // A key that isn't there is left to the schema, which knows whether there is such an option.
  return { spec: getIn(draft, path) === undefined ? setIn(draft, path, undefined) : removeIn(draft, path) }
}

function parseSet(text: string): Override | OverrideProblem {
  const option = '--set'
  const [, target = '', valueText = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? []
  const path = parsePath(target)
  if (path === null) {
    const message =
      target !== ''
        ? `'${target}' is no path; keys are joined by dots, and entries of a list counted from 0, as in training.phases[0].epochs`
        : `expected path=value, such as training.batchSize=64, got the text '${text}'`
    return { option, path: [], message }
  }
  if (valueText.trim() === '')
    return { option, path, message: `no value is given after '${target}='; null takes the default` }
  const document = parseDocument(valueText, { prettyErrors: false, logLevel: 'error' })
  const [error] = [...document.errors, ...document.warnings]
  if (error?.code === 'RESOURCE_EXHAUSTION') return { option, path, message: tooDeep }
  if (error) return { option, path, message: `the value '${valueText}' is not YAML: ${error.message}` }
  try {
    return { option, path, value: document.toJS() as unknown }
  } catch (problem) {
    // An alias without its anchor, or more aliases than any value needs, shows only when the value is made.
    return { option, path, message: `the value '${valueText}' is not YAML: ${messageOf(problem)}` }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function parseSeedsOption(text: string): Override | OverrideProblem {
  const parsed = parseSeeds(text)
  const target = { option: '--seeds', path: ['seeds'] } as const
  return 'message' in parsed ? { ...target, message: parsed.message } : { ...target, value: parsed }
}

// A text gives way, so that `trainable: head` can become `trainable.lastStages=1`.
function containerFor(segment: string | number, current: unknown): unknown {
  if (Array.isArray(current) || isMapping(current)) return current
  return typeof segment === 'number' ? [] : {}
}

function misfit(name: string, list: readonly unknown[], segment: string | number): string | null {
  if (typeof segment === 'string') return `${name} is a list; name an entry of it, such as ${name}[0]`
  if (segment < Math.max(list.length, 1)) return null
  return `${name} has ${list.length} ${list.length === 1 ? 'entry' : 'entries'}, counted from [0]`
}
