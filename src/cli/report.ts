import { writeReport } from '../page/write-report.js'
import { findComparison } from '../run/folder/find.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'

export interface ReportOptions extends OutputOptions {
  readonly out: string
}

/** Carries out `twintune report COMPARISON...`: writes the report of each into its folder. */
export async function reportCommand(
  comparisons: readonly string[],
  { json, out }: ReportOptions,
  context: CommandContext,
): Promise<number> {
  for (const named of comparisons) {
    const report = writeReport(await findComparison(named, out))
    context.stdout(json ? JSON.stringify({ type: 'report', report }) : visible(report))
  }
  return exitCodes.done
}
