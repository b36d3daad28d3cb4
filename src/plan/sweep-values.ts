import { createHash } from 'node:crypto'
import type { Framework } from '../spec/schema.js'
import type { SweepParameter } from '../spec/sweep-schema.js'

// A trial's values cross to Optuna as numbers, its code: a range's value itself, and the position of a choice's in its list.

interface Parameter {
  readonly name: string
  readonly parameter: SweepParameter
}

/** Values of a trial, by the paths of the options as the specification writes them. */
export type TrialValues = Readonly<Record<string, unknown>>

/** Turns the code of a trial into its values. */
export function decodeValues(parameters: readonly Parameter[], code: readonly number[]): TrialValues {
  return Object.fromEntries(
    parameters.map(({ name, parameter }, index) => {
      const number = code[index] ?? 0
      return [name, 'choice' in parameter ? parameter.choice[number] : number]
    }),
  )
}

/** Turns the values of a trial into its code; `null` where one of them is none that its parameter can have. */
export function encodeValues(parameters: readonly Parameter[], values: TrialValues): number[] | null {
  const code = parameters.map(({ name, parameter }) => encodeValue(parameter, values[name]))
  return code.every((number) => number !== null) ? code : null
}

function encodeValue(parameter: SweepParameter, value: unknown): number | null {
  if ('choice' in parameter) {
    const text = JSON.stringify(value)
    const position = parameter.choice.findIndex((choice) => JSON.stringify(choice) === text)
    return position < 0 ? null : position
  }
  const [low, high] = endsOf(parameter)
  if (typeof value !== 'number' || value < low || value > high) return null
  return 'int' in parameter && !Number.isInteger(value) ? null : value
}

/** Gives the two ends of a range. */
export function endsOf(parameter: Exclude<SweepParameter, { choice: unknown[] }>): [number, number] {
  if ('int' in parameter) return parameter.int
  return 'uniform' in parameter ? parameter.uniform : parameter.logUniform
}

/** Grid of a sweep: every combination of its values, each as a code. */
export interface Grid {
  readonly size: number
  /** Gives a combination by its number, from 0. The values of the last parameter change fastest. */
  codeOf(number: number): number[]
}

/** Makes the grid of parameters that each have a list of values, or are whole numbers. */
export function gridOf(parameters: readonly Parameter[]): Grid {
  const axes = parameters.map(({ parameter }) => {
    if ('choice' in parameter) return { first: 0, length: parameter.choice.length }
    const [low, high] = endsOf(parameter)
    return { first: low, length: high - low + 1 }
  })
  return {
    size: axes.reduce((size, { length }) => size * length, 1),
    codeOf: (number) => {
      let rest = number
      const backwards = axes.toReversed().map(({ first, length }) => {
        const position = rest % length
        rest = Math.floor(rest / length)
        return first + position
      })
      return backwards.toReversed()
    },
  }
}

/**
 * Draws the code of a trial. It is a function of the seed, the trial and the parameter, and so is the same when the sweep is
 * resumed, however many trials there are.
 *
 * @param framework - Framework that the trial is drawn for; `null` where it is one for all.
 */
export function drawCode(
  parameters: readonly Parameter[],
  {
    seed,
    trial,
    framework,
  }: { readonly seed: number; readonly trial: number; readonly framework: Framework | null },
): number[] {
  return parameters.map(({ name, parameter }) => {
    const share = uniform(JSON.stringify([seed, trial, framework, name]))
    if ('choice' in parameter) return Math.floor(share * parameter.choice.length)
    const [low, high] = endsOf(parameter)
    if ('int' in parameter) return low + Math.floor(share * (high - low + 1))
    if ('uniform' in parameter) return low + share * (high - low)
    return Math.min(high, low * (high / low) ** share)
  })
}

/** Hashes a text to a number from 0 to below 1. */
function uniform(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) / 2 ** 48
}
