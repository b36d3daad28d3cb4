import type { ReportLine } from '../lines/report.js'
import { writeReport } from '../page/write-report.js'
import { findComparison } from '../run/folder/find.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'
import { reportError } from './report-error.js'
import { warnOfAltered } from './warn-of-altered.js'

export interface ReportOptions extends OutputOptions {
  readonly out: string
}

/**
 * Carries out `twintune report COMPARISON...`: writes the report of each into its folder. One that has none keeps none of the
 * others from theirs.
 */
export async function reportCommand(
  comparisons: readonly string[],
  { json = false, out }: ReportOptions,
  context: CommandContext,
): Promise<number> {
  let exitCode: number = exitCodes.done
  for (const named of comparisons) {
    try {
      const found = await findComparison(named, out)
      warnOfAltered(found, context)
      const line: ReportLine = { type: 'report', report: writeReport(found) }
      context.stdout(json ? JSON.stringify(line) : visible(line.report))
    } catch (error) {
      exitCode = reportError(error, { json }, context)
    }
  }
  return exitCode
}
