import { loadExperiment } from '../spec/load.js'
import { formatIssue, SpecError } from '../spec/spec-error.js'
import type { CommandContext, SpecOptions } from './context.js'

/** `twintune validate SPEC`: prints every issue of a specification, and nothing else. Starts no Python. */
export async function validateCommand(
  file: string,
  options: SpecOptions,
  context: CommandContext,
): Promise<number> {
  const { set = [], seeds, json = false, quiet = false } = options
  try {
    await loadExperiment(file, { set, cwd: context.cwd, ...(seeds === undefined ? {} : { seeds }) })
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
    for (const issue of error.issues) {
      context.stdout(json ? JSON.stringify({ type: 'issue', ...issue }) : formatIssue(issue))
    }
    if (!quiet)
      context.stderr(`${file}: ${error.issues.length} ${error.issues.length === 1 ? 'issue' : 'issues'}`)
    return 2
  }
  if (!quiet) context.stderr(`${file} is a valid specification.`)
  return 0
}
