import { checkExperiment } from './check.js'
import { resolveFilePaths } from './file-paths.js'
import { pathTooDeep, tooDeep } from './nesting.js'
import { formatPath } from './path.js'
import type { Experiment, ExperimentInput } from './schema.js'
import { SpecError } from './spec-error.js'

/**
 * Checks an experiment, fills in the defaults and makes its paths absolute, taken from the working directory.
 *
 * @throws SpecError with every issue, when there is one.
 */
export function defineExperiment(input: ExperimentInput): Experiment {
  if (pathTooDeep(input) !== null)
    throw new SpecError([{ ...unplaced, path: '', message: tooDeep, suggestion: null }])
  const checked = checkExperiment(resolveFilePaths(input, process.cwd()))
  if (checked.ok) return checked.experiment
  throw new SpecError(
    checked.findings.map(({ path, message, suggestion }) => ({
      ...unplaced,
      path: formatPath(path),
      message,
      suggestion,
    })),
  )
}

// An object has no place in a file.
const unplaced = { file: null, line: null, column: null }
