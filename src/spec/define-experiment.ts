import { checkExperiment } from './check.js'
import { resolveFilePaths } from './file-paths.js'
import { formatPath } from './path.js'
import type { Experiment, ExperimentInput } from './schema.js'
import { SpecError } from './spec-error.js'

/**
 * Checks an experiment, fills in the defaults and makes its paths absolute, taken from the working directory.
 *
 * @throws SpecError with every issue, when there is one.
 */
export function defineExperiment(input: ExperimentInput): Experiment {
  const checked = checkExperiment(resolveFilePaths(input, process.cwd()))
  if (checked.ok) return checked.experiment
  throw new SpecError(
    checked.findings.map(({ path, message, suggestion }) => ({
      file: null,
      line: null,
      column: null,
      path: formatPath(path),
      message,
      suggestion,
    })),
  )
}
