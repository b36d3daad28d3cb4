import path from 'node:path'
import { TwintuneError } from '../failure.js'
import { requireText, requireTexts } from './arguments.js'
import { type FindOptions, runsDirectoryOf } from './find-options.js'

/**
 * Writes the report of a comparison into its folder, as `report.html` and in short as `report.md`; or that of a sweep, with those
 * of the comparisons in its final.
 *
 * @param named - The folder of a comparison or a sweep, its name, the beginning or end of its name, or `latest`.
 * @returns Absolute path of `report.html`.
 * @throws TwintuneError COMPARISON_NOT_FOUND for one that isn't there or has no result yet, FOLDER_UNWRITABLE where the
 *   report can't be written.
 */
export async function writeReport(named: string, options: FindOptions = {}): Promise<string> {
  requireText('writeReport', named, "writeReport('latest')")
  const runsDirectory = runsDirectoryOf('writeReport', options)
  const { findComparisonOrSweep } = await import('../sweep/find.js')
  const { kind, found } = await findComparisonOrSweep(named, runsDirectory)
  if (kind === 'sweep') return (await import('../page/write-sweep-report.js')).rewriteSweepReports(found)
  return (await import('../page/write-report.js')).writeReport(found)
}

/**
 * Writes a page that has several comparisons side by side into the folder of comparisons, as `side-by-side.html`.
 *
 * @param named - Comparisons, from two up to as many as a chart can tell apart, each as `writeReport` takes one.
 * @returns Absolute path of the page.
 * @throws TwintuneError SPEC_INVALID for too few or too many, COMPARISON_NOT_FOUND for a comparison that isn't there,
 *   FOLDER_UNWRITABLE where the page can't be written.
 */
export async function writeSideBySide(named: readonly string[], options: FindOptions = {}): Promise<string> {
  requireTexts('writeSideBySide', named, "writeSideBySide(['ONE', 'OTHER'])")
  const runsDirectory = runsDirectoryOf('writeSideBySide', options)
  const { findComparison } = await import('../run/folder/find.js')
  const { mostSideBySide, readSide } = await import('../page/read-side.js')
  if (named.length < 2 || named.length > mostSideBySide)
    throw new TwintuneError({
      code: 'SPEC_INVALID',
      message: `2 to ${mostSideBySide} comparisons can stand side by side, not ${named.length}`,
    })
  const page = await import('../page/write-report.js')
  const found = await Promise.all(named.map((each) => findComparison(each, runsDirectory)))
  return page.writeSideBySide(found.map(readSide), path.resolve(runsDirectory))
}
