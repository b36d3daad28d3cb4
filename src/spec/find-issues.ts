import type { z } from 'zod'
import { checkAcrossFields } from './cross-field-rules.js'
import { explain, explainUnknownKey, type Finding, type Issue, type UnknownKey } from './explain.js'
import { findMeantKey } from './meant-key.js'
import { commonLength, formatPath, getIn, isMapping, type Path, setIn, startsWith } from './path.js'
import { experimentSchema } from './schema.js'
import { knownKeys } from './schema-walk.js'

/**
 * Finds everything that is wrong with a specification, each thing once. zod stops at a misspelt key and at a
 * discriminator that names no variant, and says nothing of the fields below. So such keys and discriminators are reported
 * first and fixed in a copy as they were probably meant, and the copy is checked again.
 *
 * @param set - Paths that options set. Unlike a key of a file, such a path may have been meant as one that is there already.
 */
export function findIssues(spec: unknown, set: readonly Path[] = []): Finding[] {
  const issues = flatten(experimentSchema.safeParse(spec, { reportInput: true }).error?.issues ?? [])
  const unknownKeys = findUnknownKeys(issues, spec, set)
  if (unknownKeys.length > 0) {
    const renamed = unknownKeys.filter(
      ({ parent, meant }) => meant !== null && !hasKey(getIn(spec, parent), meant),
    )
    return [
      ...unknownKeys.map(explainUnknownKey),
      ...findIssues(unknownKeys.reduce(mendKey, spec), set).map((finding) => restorePath(finding, renamed)),
      ...unknownKeys.flatMap((unknown) => findInMoved(unknown, spec)),
    ]
  }
  const astray = issues.filter(hasNoVariant)
  if (astray.length > 0) {
    return [...astray.map((issue) => explain(issue, spec)), ...findBelow(astray, spec)]
  }
  return [...issues.map((issue) => explain(issue, spec)), ...checkAcrossFields(spec)]
}

type NoVariant = Issue & { readonly discriminator: string; readonly options: z.core.util.Primitive[] }

// Lifts the issues of the alternative that fits the value's kind out of a union's issue.
function flatten(issues: readonly z.core.$ZodIssue[], parent: Path = []): Issue[] {
  return issues.flatMap((issue) => {
    const path = [
      ...parent,
      ...issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment))),
    ]
    const fitting = issue.code === 'invalid_union' ? fittingAlternative(issue.errors) : undefined
    return fitting ? flatten(fitting, path) : [{ ...issue, path }]
  })
}

// Several alternatives may be mappings: the fitting one knows the keys which are there.
function fittingAlternative(
  alternatives: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  const fitting = alternatives.filter(fitsKind)
  return fitting.find((issues) => issues.every(({ code }) => code !== 'unrecognized_keys')) ?? fitting[0]
}

function fitsKind(alternative: readonly z.core.$ZodIssue[]): boolean {
  const kindCodes = ['invalid_type', 'invalid_value', 'invalid_union']
  return !alternative.some(({ code, path }) => path.length === 0 && kindCodes.includes(code))
}

function findUnknownKeys(issues: readonly Issue[], spec: unknown, set: readonly Path[]): UnknownKey[] {
  const found: UnknownKey[] = []
  for (const issue of issues) {
    const parent = hasNoVariant(issue) ? issue.path.slice(0, -1) : issue.path
    const known = knownKeys(parent, spec)
    const mapping = getIn(spec, parent)
    const present = isMapping(mapping) ? Object.keys(mapping) : []
    for (const key of suspects(issue, present, known)) {
      const taken = found
        .filter((other) => formatPath(other.parent) === formatPath(parent))
        .map(({ meant }) => meant)
      const isSet = set.some((path) => startsWith(path, [...parent, key]))
      const free = known.filter((name) => isSet || (!present.includes(name) && !taken.includes(name)))
      found.push({ parent, key, known, ...findMeantKey(key, parent, free) })
    }
  }
  return found
}

// zod names them, but not in a mapping without a variant, where a misspelt discriminator may be among them.
function suspects(issue: Issue, present: readonly string[], known: readonly string[]): readonly string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys
  return hasNoVariant(issue) ? present.filter((key) => !known.includes(key)) : []
}

function hasNoVariant(issue: Issue): issue is NoVariant {
  return issue.code === 'invalid_union' && issue.discriminator !== undefined
}

function mendKey(spec: unknown, { parent, key, meant }: UnknownKey): unknown {
  const mapping = getIn(spec, parent)
  const entries = Object.entries(isMapping(mapping) ? mapping : {})
  const mended = entries.flatMap(([name, value]) => {
    if (name !== key) return [[name, value]]
    return meant === null || hasKey(mapping, meant) ? [] : [[meant, value]]
  })
  return setIn(spec, parent, Object.fromEntries(mended))
}

function hasKey(mapping: unknown, key: string): boolean {
  return isMapping(mapping) && Object.hasOwn(mapping, key)
}

// Checks what stands below a key that belongs elsewhere as if it stood there alone, under the name that the user gave.
function findInMoved({ parent, key, elsewhere }: UnknownKey, spec: unknown): Finding[] {
  const [target] = elsewhere
  const value = getIn(spec, [...parent, key])
  if (target === undefined || !isMapping(value)) return []
  const moved = wrap(value, target)
  return findIssues(moved).flatMap((finding) => {
    if (!startsWith(finding.path, target) || finding.path.length === target.length) return []
    // What is missing there may stand in its right place.
    if (getIn(moved, finding.path) === undefined) return []
    return [{ ...finding, path: [...parent, key, ...finding.path.slice(target.length)] }]
  })
}

// Makes a specification that has nothing but a value at a path.
function wrap(value: unknown, path: Path): unknown {
  return path.reduceRight(
    (inner, segment) => (typeof segment === 'number' ? [inner] : { [segment]: inner }),
    value,
  )
}

// Gives a finding the path as the user wrote it, with the keys that were mended for the check.
function restorePath(finding: Finding, mended: readonly UnknownKey[]): Finding {
  const { path } = finding
  const renamed = mended.find(({ parent, meant }) => meant !== null && startsWith(path, [...parent, meant]))
  if (renamed === undefined) return finding
  const { parent, key } = renamed
  return { ...finding, path: [...parent, key, ...path.slice(parent.length + 1)] }
}

// Checks on with the variant that was probably meant, or else with every variant, keeping what is wrong in all of them.
function findBelow(astray: readonly NoVariant[], spec: unknown): Finding[] {
  const choices = astray.map((issue) => {
    const { suggestion } = explain(issue, spec)
    return { path: issue.path, values: suggestion === null ? issue.options : [suggestion] }
  })
  const rounds = Math.max(...choices.map(({ values }) => values.length))
  const [first = [], ...others] = Array.from({ length: rounds }, (_, round) => {
    const chosen = choices.reduce(
      (draft, { path, values }) => setIn(draft, path, values[round % values.length]),
      spec,
    )
    return findIssues(chosen)
  })
  return first.filter((finding) =>
    others.every((findings) => findings.some((other) => isSamePlace(finding, other))),
  )
}

function isSamePlace(one: Finding, other: Finding): boolean {
  const length = commonLength(one.path, other.path)
  return one.at === other.at && length === one.path.length && length === other.path.length
}
