import { expandShorthands } from '../plan/expand-shorthands.js'
import type { TrialValues } from '../plan/sweep-values.js'
import { checkExperiment } from '../spec/check.js'
import { formatPath } from '../spec/path.js'
import type { Experiment } from '../spec/schema.js'
import { SpecError } from '../spec/spec-error.js'
import { setValues } from '../spec/sweep-probes.js'

/**
 * Makes the experiment of a trial: the specification without its sweep, with the values set as `--set` sets options, and
 * checked as a file is.
 *
 * @param changes - Fields that take the place of those of the specification.
 * @throws SpecError When the values don't fit each other.
 */
export function trialExperiment(
  { sweep: _, ...specification }: Experiment,
  values: TrialValues,
  changes: Partial<Pick<Experiment, 'name' | 'frameworks' | 'seeds'>> = {},
): Experiment {
  const changed = { ...specification, ...changes }
  const set = setValues(
    changed,
    Object.entries(values).map(([name, value]) => ({ name, value })),
  )
  if ('message' in set) throw new SpecError([issue('', set.message)])
  const checked = checkExperiment(set.spec)
  if (!checked.ok)
    throw new SpecError(checked.findings.map(({ path, message }) => issue(formatPath(path), message)))
  return checked.experiment
}

/** Makes the experiment that the run of a trial carries out, with its shorthands written out. */
export function trialRunExperiment(specification: Experiment, values: TrialValues): Experiment {
  return expandShorthands(trialExperiment(specification, values))
}

function issue(path: string, message: string) {
  return { file: null, line: null, column: null, path, message, suggestion: null }
}
