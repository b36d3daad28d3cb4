import path from 'node:path'
import { comparisonFiles, sideBySideReport } from '../run/folder/files.js'
import type { RecordedComparison } from '../run/folder/read.js'
import { writing } from '../run/folder/writing.js'
import { makeFolders } from '../run/machine/folders.js'
import { renderMarkdownReport } from './markdown-report.js'
import { readReport } from './read-report.js'
import type { Side } from './read-side.js'
import { renderReportPage } from './report-page.js'
import { renderSideBySideFile } from './side-by-side.js'
import { writePage } from './write-page.js'

/**
 * Writes the report of a comparison into its folder, over an earlier one: as a page, and in short as Markdown beside it.
 *
 * @returns Absolute path of the page.
 * @throws TwintuneError COMPARISON_NOT_FOUND for a comparison that has not ended, FOLDER_UNWRITABLE where it can't be
 *   written.
 */
export function writeReport(found: RecordedComparison): string {
  const report = readReport(found)
  const file = path.join(found.path, comparisonFiles.report)
  writePage(file, renderReportPage(report))
  writePage(path.join(found.path, comparisonFiles.markdown), renderMarkdownReport(report))
  return file
}

/**
 * Writes a page that has several comparisons side by side into the folder of comparisons, over an earlier one.
 *
 * @returns Absolute path of the page.
 * @throws TwintuneError FOLDER_UNWRITABLE where it can't be written.
 */
export function writeSideBySide(sides: readonly Side[], runsDirectory: string): string {
  const file = path.join(runsDirectory, sideBySideReport)
  writing(runsDirectory, () => makeFolders(runsDirectory))
  writePage(file, renderSideBySideFile(sides))
  return file
}
