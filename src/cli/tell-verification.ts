import path from 'node:path'
import type { VerificationRecord } from '../compare/verification.js'
import { toFailure } from '../failure.js'
import type { ReportLine } from '../lines/report.js'
import { renderOptionsFor } from '../log/output.js'
import { renderVerificationPage } from '../page/verification-page.js'
import { writePage } from '../page/write-page.js'
import { renderFrameworkDifferences } from '../report/framework-differences-table.js'
import { renderVerification } from '../report/parity-table.js'
import { verificationFiles } from '../run/folder/files.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions } from './context.js'

export interface TellOptions extends OutputOptions {
  /** Folder that the report is written to; null for no report. */
  readonly folder: string | null
}

/** Prints the result of a verification for people, writes its report and names it last. Programs have been told the result. */
export function tellVerification(
  record: VerificationRecord,
  { folder, json = false, quiet = false }: TellOptions,
  { stdout, stderr, streams }: CommandContext,
): void {
  const { experiment, verification } = record
  if (!json) {
    const render = experiment.mode === 'idiomatic' ? renderFrameworkDifferences : renderVerification
    stdout(render(visible(experiment.name), visible(verification), renderOptionsFor(streams.stdout)))
  }
  if (folder === null) return
  const part = record.perturbation ?? (record.firstPhaseAlone ? 'first-phase' : null)
  // The result is there, whatever becomes of the report.
  try {
    const line: ReportLine = {
      type: 'report',
      report: path.join(folder, verificationFiles.reportOf(experiment.name, part)),
    }
    writePage(line.report, renderVerificationPage(visible(record)))
    // The reports of comparisons say by it whether the ladder holds for them, and a part of it doesn't tell.
    if (part === null)
      writePage(path.join(folder, verificationFiles.recordOf(experiment.name)), `${JSON.stringify(record)}\n`)
    if (json) stdout(JSON.stringify(line))
    else if (!quiet) stdout(`\nReport: ${visible(line.report)}`)
  } catch (error) {
    stderr(`warning The report was not written: ${visible(toFailure(error).message)}`)
  }
}
