import type { Finding } from './explain.js'
import { findIssues } from './find-issues.js'
import { applyOverride } from './overrides.js'
import { isMapping, parsePath } from './path.js'
import { parametersOf } from './sweep-rules.js'

/**
 * Tries the values of a sweep's parameters in an unchecked specification that is sound but for them: every value of a
 * `choice`, and both ends of a range. A value that fits beside some values of the other parameters is let through: a
 * trial whose values don't fit each other fails by itself.
 */
export function findSweepIssues(spec: unknown): Finding[] {
  if (!isMapping(spec)) return []
  const { sweep: _, ...plain } = spec
  const parameters = parametersOf(spec).map((each) => ({ ...each, probes: probesOf(each.parameter) }))
  return parameters.flatMap(({ name, path, probes }) =>
    probes.flatMap(({ at, value }) => {
      const others = parameters.filter((other) => other.name !== name)
      const surroundings = [
        [],
        others.map((other) => ({ name: other.name, value: other.probes[0]?.value })),
        others.map((other) => ({ name: other.name, value: other.probes.at(-1)?.value })),
      ]
      const [first = [], ...rest] = surroundings
      const messages = tryValues(plain, [...first, { name, value }])
      if (messages.length === 0) return []
      // A check takes a millisecond, so that the others are made only where the first found something.
      const fitsElsewhere = rest.some((values) => tryValues(plain, [...values, { name, value }]).length === 0)
      if (fitsElsewhere) return []
      return [
        { path: [...path, ...at], at: 'value', message: messages.join('; '), suggestion: null } as const,
      ]
    }),
  )
}

interface Probe {
  /** Place of the value within the parameter. */
  readonly at: readonly (string | number)[]
  readonly value: unknown
}

function probesOf(parameter: Readonly<Record<string, unknown>>): Probe[] {
  return Object.entries(parameter).flatMap(([kind, values]) =>
    Array.isArray(values) ? values.map((value, index) => ({ at: [kind, index], value })) : [],
  )
}

function tryValues(
  plain: unknown,
  values: readonly { readonly name: string; readonly value: unknown }[],
): string[] {
  const tried = setValues(plain, values)
  if ('message' in tried) return [tried.message]
  return findIssues(tried.spec).map(({ message }) => message)
}

/** Sets the values of parameters, as `--set` sets an option, in a copy of an unchecked specification. */
export function setValues(
  spec: unknown,
  values: readonly { readonly name: string; readonly value: unknown }[],
): { readonly spec: unknown } | { readonly message: string } {
  let draft = spec
  for (const { name, value } of values) {
    const path = parsePath(name)
    if (path === null) return { message: `'${name}' is no path` }
    const applied = applyOverride(draft, { option: '--set', path, value })
    if ('message' in applied) return { message: applied.message }
    draft = applied.spec
  }
  return { spec: draft }
}
