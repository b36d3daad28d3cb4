import path from 'node:path'
import { TwintuneError } from '../failure.js'
import { readComparison } from '../run/folder/read.js'
import { shellQuote } from '../shell-quote.js'
import type { Sweep } from '../sweep/record.js'
import { type RecordedSweep, sweepFiles } from '../sweep/sweep-folder.js'
import { visible } from '../visible.js'
import { renderSweepPage } from './sweep-page.js'
import { writePage } from './write-page.js'
import { writeReport } from './write-report.js'

/**
 * Writes the report of a sweep into its folder, and those of its final's comparisons into theirs, to which it leads.
 *
 * @returns Absolute path of the sweep's report.
 * @throws TwintuneError FOLDER_UNWRITABLE where one can't be written.
 */
export async function writeSweepReports(sweepDirectory: string, sweep: Sweep): Promise<string> {
  for (const { comparisonDirectory } of sweep.final?.comparisons ?? []) {
    const found = await readComparison(comparisonDirectory)
    if (found?.comparison) writeReport(found)
  }
  return writeSweepReport(sweepDirectory, sweep)
}

/**
 * Writes the report of a recorded sweep, over an earlier one, as `writeSweepReports` does.
 *
 * @returns Absolute path of the sweep's report.
 * @throws TwintuneError COMPARISON_NOT_FOUND for a sweep without a record, FOLDER_UNWRITABLE where a report can't be written.
 */
export async function rewriteSweepReports({
  name,
  path: folder,
  status,
  sweep,
}: RecordedSweep): Promise<string> {
  if (sweep !== null) return writeSweepReports(folder, sweep)
  throw new TwintuneError({
    code: 'COMPARISON_NOT_FOUND',
    message: `${name} is ${status} and has no result that could be reported.`,
    hint: `To go on with it, run: twintune sweep --resume ${shellQuote(folder)}`,
  })
}

/**
 * Writes the report of a sweep into its folder.
 *
 * @returns Absolute path of the file.
 * @throws TwintuneError FOLDER_UNWRITABLE where it can't be written.
 */
function writeSweepReport(sweepDirectory: string, sweep: Sweep): string {
  const file = path.join(path.resolve(sweepDirectory), sweepFiles.report)
  writePage(file, renderSweepPage(visible(sweep), visible(path.basename(path.resolve(sweepDirectory)))))
  return file
}
