import type { z } from 'zod'
import type { MeantKey } from './meant-key.js'
import { nearest, nearestFew } from './nearest.js'
import { formatPlace, type Path } from './path.js'
import { mappingFor, requiredKeys } from './schema-walk.js'
import { valueNamed } from './synonyms.js'

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
  if (issue.code === 'invalid_type' && issue.expected === 'object' && typeof given === 'string') {
    const mapping = mappingFor(given, path, spec)
    const as = mapping === null ? '' : `, as ${mapping}`
    return {
      path,
      at: 'value',
      message: `expected a mapping${as}, got ${describe(given)}`,
      suggestion: mapping,
    }
  }
  const suggestion = typeof given === 'string' ? meantValue(given, issue) : null
  const meant = suggestion === null ? '' : `; did you mean '${suggestion}'?`
  return {
    path,
    at: 'value',
    message: `${expected ?? issue.message}, got ${describe(given)}${meant}`,
    suggestion,
  }
}

/** Key that its mapping doesn't have. */
export interface UnknownKey extends MeantKey {
  /** Path of the mapping. */
  readonly parent: Path
  readonly key: string
  /** Keys that the mapping may have. */
  readonly known: readonly string[]
}

/** Puts a key that doesn't exist into plain words. */
export function explainUnknownKey({ parent: path, key, meant, elsewhere, known }: UnknownKey): Finding {
  if (known.includes(key)) {
    return {
      path: [...path, key],
      at: 'key',
      message: `excludes the keys beside it: give one of ${known.join(', ')}`,
      suggestion: null,
    }
  }
  const finding = { path: [...path, key], at: 'key' } as const
  if (meant !== null)
    return { ...finding, message: `unknown key '${key}'; did you mean '${meant}'?`, suggestion: meant }
  const [first = null, ...others] = elsewhere.map(formatPlace)
  if (first !== null) {
    const places = either(
      [first, ...others].map((place) => (/[.[]/.test(place) ? place : `${place} at the top`)),
    )
    return { ...finding, message: `unknown key '${key}'; did you mean ${places}?`, suggestion: first }
  }
  return {
    ...finding,
    message: `unknown key '${key}'; possible here: ${known.join(', ')}`,
    suggestion: null,
  }
}

// Says what would have been right, as the beginning of a sentence; `null` when only zod's own message says it.
function expectation(issue: Issue, spec: unknown): string | null {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${nouns[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `expected ${oneOf(allowedValues(issue), issue)}`
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

function meantValue(given: string, issue: Issue): string | null {
  const allowed = allowedValues(issue)
  const named = valueNamed(given)
  // The pattern of `device` lists no values.
  const isKnown = named !== null && (allowed.includes(named) || issue.path[0] === 'device')
  return isKnown ? named : nearest(given, allowed)
}

const mostListed = 12

// Forty names hide the one that was meant: the nearest three show it.
function oneOf(values: readonly string[], { input, path }: Issue): string {
  if (values.length <= mostListed) return either(values)
  const few = typeof input === 'string' ? nearestFew(input, values, 3) : values.slice(0, 3)
  const list = listings[formatPlace(path)]
  return `one of ${values.length} names, such as ${either(few)}${list === undefined ? '' : ` (${list})`}`
}

const listings: Readonly<Record<string, string>> = { 'model.backbone': '`twintune backbones` lists them' }

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
