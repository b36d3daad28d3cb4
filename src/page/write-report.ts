import { lstatSync } from 'node:fs'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { TwintuneError } from '../failure.js'
import { comparisonFiles } from '../run/folder/files.js'
import type { RecordedComparison } from '../run/folder/read.js'
import { writing } from '../run/folder/writing.js'
import { renderMarkdownReport } from './markdown-report.js'
import { readReport } from './read-report.js'
import { renderReportPage } from './report-page.js'

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
  writeText(file, renderReportPage(report))
  writeText(path.join(found.path, comparisonFiles.markdown), renderMarkdownReport(report))
  return file
}

function writeText(file: string, text: string): void {
  requireNoLink(file)
  writing(file, () => writeFileAtomic.sync(file, text))
}

// The folder may have come from someone else: what is written to a link lands elsewhere.
function requireNoLink(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() === false)
    throw new TwintuneError({
      code: 'FOLDER_UNWRITABLE',
      message: `${file} is no regular file, and is not written over.`,
      hint: 'Move it away.',
    })
}
