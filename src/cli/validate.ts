import type { ValidateIssue, ValidSpecLine } from '../lines/validate.js'
import { planRuns } from '../plan/plan-runs.js'
import { planSweep } from '../plan/plan-sweep.js'
import { gridWarnings, imageSizeWarning } from '../plan/warnings.js'
import { formatCount, formatNumberOf } from '../report/format.js'
import { formatIssue } from '../spec/issue.js'
import type { Experiment } from '../spec/schema.js'
import { SpecError } from '../spec/spec-error.js'
import { visible } from '../visible.js'
import type { CommandContext, SpecOptions } from './context.js'
import { exitCodes } from './exit-code.js'
import { loadSpec } from './load-spec.js'
import { warnOfCache } from './warn-of-cache.js'

export interface ValidateOptions extends SpecOptions {
  /** Whether the data are checked too, in a Python without a framework. */
  readonly data?: boolean
}

/**
 * Carries out `twintune validate SPEC`: prints every issue of a specification, and checks its data as every command does that
 * trains on them.
 */
export async function validateCommand(
  file: string,
  options: ValidateOptions,
  context: CommandContext,
): Promise<number> {
  const { set = [], seeds, code = true, json = false, quiet = false, data = true } = options
  let experiment: Experiment
  try {
    experiment = await loadSpec(file, { set, code, ...(seeds === undefined ? {} : { seeds }) }, context)
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
    for (const issue of error.issues) {
      const line: ValidateIssue = { type: 'issue', ...issue }
      context.stdout(json ? JSON.stringify(line) : formatIssue(visible(issue)))
    }
    if (!quiet) context.stderr(`${visible(file)}: ${formatNumberOf(error.issues.length, 'issue')}`)
    return exitCodes.usage
  }
  const valid: ValidSpecLine = {
    type: 'valid',
    experiment: experiment.name,
    runs: planRuns(experiment).length,
    trials: experiment.sweep === undefined ? null : planSweep(experiment).trials + 1,
    warnings: [
      ...gridWarnings(experiment),
      ...imageSizeWarning(experiment),
      ...(data ? await dataWarnings(experiment, context) : []),
    ],
  }
  if (json) context.stdout(JSON.stringify(valid))
  for (const warning of valid.warnings) context.stderr(`warning ${visible(warning)}`)
  if (!quiet) context.stderr(`${visible(file)} is a valid specification: ${describeWork(valid)}.`)
  return exitCodes.done
}

async function dataWarnings(experiment: Experiment, context: CommandContext): Promise<string[]> {
  const { checkData } = await import('../run/one-off/check-data.js')
  warnOfCache(context)
  const { data, warnings } = await checkData(experiment, context.signal)
  if (data === null) return ['The images were not all checked; twintune data checks them to the end.']
  return [...warnings, ...data.warnings]
}

function describeWork({ runs, trials }: ValidSpecLine): string {
  const comparison = formatNumberOf(runs, 'run')
  return trials === null
    ? comparison
    : `${formatCount(trials)} trials in each framework; a comparison has ${comparison}`
}
