import { isDeepStrictEqual } from 'node:util'
import { TwintuneError } from '../failure.js'
import { frameworkNames } from '../framework-names.js'
import { checkExperiment } from '../spec/check.js'
import { nearest } from '../spec/nearest.js'
import { formatPath } from '../spec/path.js'
import { experimentSchema } from '../spec/schema.js'

// The compiler checks the arguments of TypeScript callers. Those of JavaScript callers are checked here.

/** Names of the options of a function, all of which the compiler wants in the list. */
export type OptionNames<Options> = { readonly [Name in keyof Required<Options>]: true }

/**
 * Refuses options that a function doesn't know, which would be passed over without a word.
 *
 * @param of - Name of the function, for messages.
 * @throws TwintuneError SPEC_INVALID, which names each unknown option and the known one that was probably meant.
 */
export function checkOptionNames<Options extends object>(
  of: string,
  options: Options,
  names: OptionNames<Options>,
): void {
  const known = Object.keys(names)
  const hint = `The options of ${of}: ${known.join(', ')}.`
  const given: unknown = options
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid(`The options of ${of} must be an object, not ${describe(given)}.`, hint)
  const unknown = Object.keys(given).filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  const sentences = unknown.map((name) => `${of} has no option ${name}${meant(name, known)}`)
  throw invalid(sentences.join(' '), hint)
}

/**
 * Refuses a value that is no whole experiment, such as one whose defaults were never filled in. Rules across fields were
 * checked where the experiment was made.
 *
 * @throws TwintuneError SPEC_INVALID, which says what is wrong and how an experiment is made.
 */
export function requireExperiment(of: string, experiment: unknown): void {
  const read = experimentSchema.safeParse(experiment)
  if (read.success && isDeepStrictEqual(plain(read.data), plain(experiment))) return
  const checked = read.success ? null : checkExperiment(experiment)
  const findings = checked === null || checked.ok ? [] : checked.findings
  const wrong = findings.slice(0, 3).map(({ path, message }) => [formatPath(path), message])
  const words = wrong.map((parts) => parts.filter(Boolean).join(': ')).join('; ')
  throw invalid(
    words === ''
      ? `${of} takes an experiment, and this one lacks defaults.`
      : `${of} takes an experiment, and this is none: ${words}${words.endsWith('?') ? '' : '.'}`,
    'defineExperiment({ … }) checks an experiment and fills its defaults in, and so does loadExperiment(file).',
  )
}

/**
 * Refuses anything but the name of a comparison or a path.
 *
 * @param example - Call of the function, for the remedy.
 * @throws TwintuneError SPEC_INVALID.
 */
export function requireText(of: string, value: unknown, example: string): void {
  if (typeof value === 'string') return
  throw invalid(
    `${of} takes the folder or the name of a comparison as a text, not ${describe(value)}.`,
    `For example: ${example}.`,
  )
}

/** Refuses anything but a list of folders or names of comparisons, as `requireText` does. */
export function requireTexts(of: string, values: unknown, example: string): void {
  if (Array.isArray(values) && values.every((each) => typeof each === 'string')) return
  throw invalid(
    `${of} takes a list of folders or names of comparisons, not ${describe(values)}.`,
    `For example: ${example}.`,
  )
}

/** Refuses a value that is none of a few words; one that is left out is let through. See `requireChoice`. */
export function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (value !== undefined) requireChoice(name, value, choices)
}

/**
 * Refuses a value that is none of a few words.
 *
 * @throws TwintuneError SPEC_INVALID, which lists the words.
 */
export function requireChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (typeof value === 'string' && choices.includes(value)) return
  const suggestion = typeof value === 'string' ? meant(value, choices) : '.'
  throw invalid(`${name} can't be ${describe(value)}${suggestion}`, `Choose one of: ${choices.join(', ')}.`)
}

/** Refuses the name of a framework that there is none of. */
export function checkFramework(framework: unknown): void {
  checkChoice('framework', framework, Object.keys(frameworkNames))
}

function meant(name: string, known: readonly string[]): string {
  const candidate = nearest(name, known)
  return candidate === null ? '.' : `; did you mean ${candidate}?`
}

/** Names a value in a message: a text by itself, anything else by its kind. */
function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}

/** The value without its keys that are undefined, which stand for nothing. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

function invalid(message: string, hint: string): TwintuneError {
  return new TwintuneError({ code: 'SPEC_INVALID', message, hint })
}
