import type { ValidateIssue } from '../lines/validate.js'
import { formatIssue } from '../spec/issue.js'
import { SpecError } from '../spec/spec-error.js'
import { visible } from '../visible.js'
import type { CommandContext, SpecOptions } from './context.js'
import { exitCodes } from './exit-code.js'
import { loadSpec } from './load-spec.js'

/** Carries out `twintune validate SPEC`: prints every issue of a specification, and nothing else. Starts no Python. */
export async function validateCommand(
  file: string,
  options: SpecOptions,
  context: CommandContext,
): Promise<number> {
  const { set = [], seeds, code = true, json = false, quiet = false } = options
  try {
    await loadSpec(file, { set, code, ...(seeds === undefined ? {} : { seeds }) }, context)
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
    for (const issue of error.issues) {
      const line: ValidateIssue = { type: 'issue', ...issue }
      context.stdout(json ? JSON.stringify(line) : formatIssue(visible(issue)))
    }
    if (!quiet)
      context.stderr(
        `${visible(file)}: ${error.issues.length} ${error.issues.length === 1 ? 'issue' : 'issues'}`,
      )
    return exitCodes.usage
  }
  if (!quiet) context.stderr(`${visible(file)} is a valid specification.`)
  return exitCodes.done
}
