import type { z } from 'zod'
import { nearest } from './nearest.js'
import type { Path } from './path.js'
import { requiredKeys } from './schema-walk.js'

/** Finding about a wrong specification, before it is known which file or option is to blame. */
export interface Finding {
  readonly path: Path
  /** Place in a text: at the key, at the value, or at the mapping that lacks the key. */
  readonly at: 'key' | 'value' | 'mapping'
  readonly message: string
  readonly suggestion: string | null
}

/** Issue that zod found, with its whole path. */
export type Issue = WithPath<z.core.$ZodIssue>
type WithPath<Kind> = Kind extends unknown ? Omit<Kind, 'path'> & { readonly path: Path } : never

/** Puts one of zod's issues into plain words. Unknown keys are left to `explainUnknownKey`. */
export function explain(issue: Issue, spec: unknown): Finding {
  const { path } = issue
  // The message of a refinement is written in the schema, and is a whole sentence by itself.
  if (issue.code === 'custom') return { path, at: 'value', message: issue.message, suggestion: null }
  const given =
    issue.code === 'invalid_union' && issue.discriminator !== undefined ? discriminatorOf(issue) : issue.input
  const expected = expectation(issue, spec)
  if (given === undefined && path.length > 0) {
    return {
      path,
      at: 'mapping',
      message: ['missing', expected].filter(Boolean).join('; '),
      suggestion: null,
    }
  }
  const suggestion = typeof given === 'string' ? nearest(given, allowedValues(issue)) : null
  const meant = suggestion === null ? '' : `; did you mean '${suggestion}'?`
  return {
    path,
    at: 'value',
    message: `${expected ?? issue.message}, got ${describe(given)}${meant}`,
    suggestion,
  }
}

/** Puts a key that doesn't exist into plain words. */
export function explainUnknownKey(
  path: Path,
  key: string,
  meant: string | null,
  known: readonly string[],
): Finding {
  if (known.includes(key)) {
    return {
      path: [...path, key],
      at: 'key',
      message: `excludes the keys beside it: give one of ${known.join(', ')}`,
      suggestion: null,
    }
  }
  const mend = meant === null ? `; possible here: ${known.join(', ')}` : `; did you mean '${meant}'?`
  return { path: [...path, key], at: 'key', message: `unknown key '${key}'${mend}`, suggestion: meant }
}

// Says what would have been right, as the beginning of a sentence; `null` when only zod's own message says it.
function expectation(issue: Issue, spec: unknown): string | null {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${nouns[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `expected ${either(allowedValues(issue))}`
    case 'invalid_union':
      return `expected ${either([...allowedValues(issue), ...allowedShapes(issue.path, spec)])}`
    case 'too_small':
      return bound(issue.origin, issue.inclusive ? 'at least' : 'more than', Number(issue.minimum))
    case 'too_big':
      return bound(issue.origin, issue.inclusive ? 'at most' : 'less than', Number(issue.maximum))
    default:
      return null
  }
}

const nouns: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list of two numbers',
  object: 'a mapping',
}

function bound(origin: string, relation: string, limit: number): string {
  if (limit === 1 && relation === 'at least' && origin !== 'number') return 'must not be empty'
  if (origin === 'string') return `must have ${relation} ${limit} characters`
  if (origin === 'array') return `must have ${relation} ${limit} entries`
  return `must be ${relation} ${limit}`
}

function allowedValues(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String)
  if (issue.code !== 'invalid_union') return []
  if ('options' in issue && issue.options !== undefined) return issue.options.map(String)
  return issue.errors
    .flat()
    .flatMap((inner) => (inner.code === 'invalid_value' ? inner.values.map(String) : []))
}

// The mappings among a union's alternatives, as `{ file: … }`; none where only a discriminator, which is a text, is wrong.
function allowedShapes(path: Path, spec: unknown): string[] {
  return requiredKeys(path, spec).map((keys) => `{ ${keys.map((key) => `${key}: …`).join(', ')} }`)
}

function discriminatorOf(issue: Issue & { code: 'invalid_union' }): unknown {
  const mapping = issue.input as Readonly<Record<string, unknown>>
  return mapping[issue.discriminator ?? '']
}

function either(alternatives: readonly string[]): string {
  const last = alternatives.at(-1) ?? ''
  return alternatives.length < 2 ? last : `${alternatives.slice(0, -1).join(', ')} or ${last}`
}

function describe(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text '${shorten(value)}'`
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value === 'boolean') return `the word ${value}`
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`
  return typeof value === 'object' ? 'a mapping' : `a ${typeof value}`
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
