import { lstatSync } from 'node:fs'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { parse } from 'yaml'
import type { Comparison } from '../compare/comparison.js'
import { TwintuneError } from '../failure.js'
import { comparisonFiles } from '../run/folder/files.js'
import type { RecordedComparison } from '../run/folder/read.js'
import { readIfReadable } from '../run/folder/regular-file.js'
import { writing } from '../run/folder/writing.js'
import { comparisonSettingsSchema } from '../spec/comparison-schema.js'
import { readDetails } from './details.js'
import { renderMarkdownReport } from './markdown-report.js'
import { renderReportPage } from './report-page.js'

/**
 * Writes the report of a comparison into its folder, over an earlier one: as a page, and in short as Markdown beside it.
 *
 * @returns Absolute path of the page.
 * @throws TwintuneError COMPARISON_NOT_FOUND for a comparison that has not ended, FOLDER_UNWRITABLE where it can't be
 *   written.
 */
export function writeReport(found: RecordedComparison): string {
  const { name, path: folder, status, started, comparison } = found
  if (comparison === null)
    throw new TwintuneError({
      code: 'COMPARISON_NOT_FOUND',
      message: `${name} is ${status} and has no result that could be reported.`,
      hint: 'Wait for its end, or go on with twintune resume.',
    })
  // A report without a text is worth more than none.
  const read = (file: string) => readIfReadable(path.join(folder, file))
  const specification = read(comparisonFiles.spec)
  const page = renderReportPage({
    name,
    startedAt: started.time,
    comparison,
    margin: marginOf(comparison, specification),
    details: readDetails(found),
    source: {
      specification,
      environment: read(comparisonFiles.environment),
      comparison: JSON.stringify(comparison, null, 2),
    },
  })
  const markdown = renderMarkdownReport({ name, startedAt: started.time, comparison })
  const file = path.join(folder, comparisonFiles.report)
  writeText(file, page)
  writeText(path.join(folder, comparisonFiles.markdown), markdown)
  return file
}

function writeText(file: string, text: string): void {
  requireNoLink(file)
  writing(file, () => writeFileAtomic.sync(file, text))
}

function marginOf({ primaryMetric }: Comparison, specification: string | null): number | null | undefined {
  const { success, data } = comparisonSettingsSchema.safeParse(settingsIn(specification))
  return success ? (data.margins[primaryMetric] ?? null) : undefined
}

// The file may have been changed since, and the report has other things to show.
function settingsIn(specification: string | null): unknown {
  if (specification === null) return null
  try {
    const { comparison = {} } = parse(specification)
    return comparison
  } catch {
    return null
  }
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
