import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import { evidenceSchema } from '../compare/evidence.js'
import { TwintuneError } from '../failure.js'
import { frameworkNames } from '../framework-names.js'
import { checkExperiment } from '../spec/check.js'
import { nearest } from '../spec/nearest.js'
import { formatPath } from '../spec/path.js'
import { experimentSchema } from '../spec/schema.js'
import { largestSeed } from '../spec/seeds.js'
import { trackersSchema } from '../tracking/trackers.js'

// The compiler checks the arguments of TypeScript callers. Those of JavaScript callers are checked here.

/** Names of the options of a function, all of which the compiler wants in the list. */
export type OptionNames<Options> = { readonly [Name in keyof Required<Options>]: true }

/** Kinds of the values that options have, by the names of the options, which mean the same in every function. */
const kinds: Readonly<Record<string, readonly [(value: unknown) => boolean, string]>> = {
  ...each(['runsDirectory', 'directory', 'out', 'sheet', 'device'], isText, 'a text'),
  ...each(
    ['featureCache', 'crossEvaluation', 'keepCheckpoints', 'report', 'final', 'phaseOnly'],
    isFlag,
    'true or false',
  ),
  ...each(['onEvent', 'onProgress'], isFunction, 'a function'),
  ...each(['seed'], isSeed, `a whole number from 0 to ${largestSeed}`),
  ...each(['frameworks'], (value) => Array.isArray(value) && value.length > 0, 'a list of frameworks'),
  ...each(['signal'], isSignal, 'an AbortSignal, as controller.signal is'),
  ...each(['workers'], isWorkers, 'what withWarmWorkers hands over'),
}

function each<Kind>(names: readonly string[], fits: (value: unknown) => boolean, kind: Kind) {
  return Object.fromEntries(names.map((name) => [name, [fits, kind] as const]))
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean'
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function isSeed(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= largestSeed
}

function isSignal(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value
}

function isWorkers(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'requireWarm' in value
}

/**
 * Refuses options that a function doesn't know, which would be passed over without a word, and values of another kind.
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
  if (unknown.length === 0) {
    for (const [name, value] of Object.entries(given)) if (value !== undefined) requireKind(name, value, hint)
    return
  }
  const sentences = unknown.map((name) => `${of} has no option ${name}${meant(name, known)}`)
  throw invalid(sentences.join(' '), hint)
}

function requireKind(name: string, value: unknown, hint: string): void {
  if (name === 'replay') requireChoice(name, value, evidenceSchema.shape.replay.options)
  if (name === 'track') requireTrackers(value)
  const [fits, kind] = kinds[name] ?? []
  if (fits !== undefined && !fits(value))
    throw invalid(`${name} must be ${kind}, not ${describe(value)}.`, hint)
}

function requireTrackers(value: unknown): void {
  const { error } = trackersSchema.safeParse(value)
  if (error === undefined) return
  const example = 'For example: { csv: true, mlflow: { uri: "http://127.0.0.1:5000" } }.'
  throw invalid(`track must be an object of trackers: ${z.prettifyError(error)}`, example)
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
 * Refuses anything but a text.
 *
 * @param what - Words for what the text names.
 * @param example - Call of the function, for the remedy.
 * @throws TwintuneError SPEC_INVALID.
 */
export function requireText(
  of: string,
  value: unknown,
  example: string,
  what = 'the folder or the name of a comparison',
): void {
  if (typeof value === 'string') return
  throw invalid(`${of} takes ${what} as a text, not ${describe(value)}.`, `For example: ${example}.`)
}

/** Refuses anything but a list of texts, as `requireText` does. */
export function requireTexts(
  of: string,
  values: unknown,
  example: string,
  what = 'folders or names of comparisons',
): void {
  if (Array.isArray(values) && values.every((each) => typeof each === 'string')) return
  throw invalid(`${of} takes a list of ${what}, not ${describe(values)}.`, `For example: ${example}.`)
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
