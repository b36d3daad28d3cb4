import type { Event } from '../events.js'
import { TwintuneError } from '../failure.js'
import { largestSeed } from '../spec/seeds.js'
import { checkOptionNames, requireText } from './arguments.js'
import { comparisonEvents } from './comparison-events.js'
import { checkOptions, type ResumeOptions, resumeOptionNames } from './run-options.js'

/**
 * Adds seeds to the comparison in a folder, carries out all of its runs that have no result, and yields what happens, up to
 * `comparison-finished`. The runs have the specification, data and versions of the finished ones, or there are none. Seeds
 * that the comparison has already are passed over. The verdict takes account of the earlier looks at the result (`looks`).
 *
 * @param comparisonDirectory - Path of the comparison's folder, as `comparison-started` names it.
 * @param seeds - Seeds to add, such as `[6, 7, 8]`.
 * @throws TwintuneError When there is no comparison in the folder, another process works on it, or anything isn't as it was
 * for its finished runs: the message names what.
 */
export async function* extend(
  comparisonDirectory: string,
  seeds: readonly number[],
  options: ResumeOptions = {},
): AsyncGenerator<Event, void, void> {
  requireText('extend', comparisonDirectory, "extend('runs/NAME', [6, 7])", 'the folder of a comparison')
  checkOptionNames<ResumeOptions>('extend', options, resumeOptionNames)
  const checked = checkOptions(options)
  checkSeeds(seeds)
  const { extendExperiment } = await import('../run/extend-experiment.js')
  yield* comparisonEvents(
    (emit, signal) => extendExperiment(comparisonDirectory, { ...checked, seeds }, emit, signal),
    options,
  )
}

function checkSeeds(seeds: readonly number[]): void {
  // A JavaScript caller may give a single seed.
  if (!Array.isArray(seeds))
    throw new TwintuneError({
      code: 'SPEC_INVALID',
      message: `seeds must be a list, not ${seeds}`,
      hint: 'Give a list, for one seed too: [6].',
    })
  const wrong = seeds.find((seed) => !Number.isInteger(seed) || seed < 0 || seed > largestSeed)
  if (wrong === undefined && seeds.length > 0) return
  throw new TwintuneError({
    code: 'SPEC_INVALID',
    message:
      wrong === undefined
        ? 'seeds must be at least one seed'
        : `each seed must be a whole number from 0 to ${largestSeed}, not ${wrong}`,
  })
}
