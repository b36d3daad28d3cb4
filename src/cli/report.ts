import path from 'node:path'
import type { ReportLine } from '../lines/report.js'
import { mostSideBySide, readSide, type Side } from '../page/read-side.js'
import { writeReport, writeSideBySide } from '../page/write-report.js'
import { rewriteSweepReports } from '../page/write-sweep-report.js'
import { findComparisonOrSweep } from '../sweep/find.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'
import { reportError } from './report-error.js'
import { warnOfAltered } from './warn-of-altered.js'

export interface ReportOptions extends OutputOptions {
  readonly out: string
}

/**
 * Carries out `twintune report COMPARISON...`: writes the report of each into its folder, and of several one more that has them
 * side by side. So it does for a sweep, and the comparisons of its final. One without a result keeps none of the others from theirs.
 */
export async function reportCommand(
  comparisons: readonly string[],
  { json = false, out }: ReportOptions,
  context: CommandContext,
): Promise<number> {
  let exitCode: number = exitCodes.done
  const sides: Side[] = []
  const paths = new Set<string>()
  const tell = (report: string): void => {
    const line: ReportLine = { type: 'report', report }
    context.stdout(json ? JSON.stringify(line) : visible(line.report))
  }
  for (const named of comparisons) {
    try {
      const { kind, found } = await findComparisonOrSweep(named, out)
      if (kind === 'sweep') {
        tell(await rewriteSweepReports(found))
        continue
      }
      warnOfAltered(found, context)
      tell(writeReport(found))
      if (!paths.has(found.path)) sides.push(readSide(found))
      paths.add(found.path)
    } catch (error) {
      exitCode = await reportError(error, { json }, context)
    }
  }
  if (sides.length > mostSideBySide) {
    context.stderr(
      `warning Charts can tell ${mostSideBySide} comparisons apart: name fewer to see them side by side.`,
    )
  } else if (sides.length > 1) {
    try {
      tell(writeSideBySide(sides, path.resolve(context.cwd, out)))
    } catch (error) {
      exitCode = await reportError(error, { json }, context)
    }
  }
  return exitCode
}
