import path from 'node:path'
import { TwintuneError } from '../failure.js'
import { findAltered } from '../run/folder/altered.js'
import { readEnvironment } from '../run/folder/environment-file.js'
import { comparisonFiles } from '../run/folder/files.js'
import type { RecordedComparison } from '../run/folder/read.js'
import { readIfReadable, readRegular } from '../run/folder/regular-file.js'
import { sha256 } from '../run/folder/sha256.js'
import { shellQuote } from '../shell-quote.js'
import { visible } from '../visible.js'
import { readDetails } from './details.js'
import { readLadder } from './read-ladder.js'
import type { ReportPage } from './report-page.js'

/**
 * Reads all that the report of a comparison shows from its folder, with texts of data as escapes where they would act: marks
 * of direction would turn a figure beside them around.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND for a comparison that has not ended.
 */
export function readReport(found: RecordedComparison): ReportPage {
  const { name, path: folder, status, started, comparison } = found
  if (comparison === null)
    throw new TwintuneError({
      code: 'COMPARISON_NOT_FOUND',
      message: `${name} is ${status} and has no result that could be reported.`,
      hint:
        status === 'unreadable'
          ? `${comparisonFiles.environment} names the version of twintune that can read it.`
          : `Wait for its end, or run: twintune resume ${shellQuote(folder)}`,
    })
  // A report without a text is worth more than none.
  const read = (file: string) => readIfReadable(path.join(folder, file))
  const source = {
    specification: read(comparisonFiles.spec),
    environment: read(comparisonFiles.environment),
    comparison: JSON.stringify(comparison, null, 2),
  }
  const { thumbnails, faulty, ...details } = readDetails(found)
  return {
    ...visible({ name, startedAt: started.time, comparison }),
    details: { ...visible(details), thumbnails },
    altered: [...alteredFiles(found), ...faulty],
    ladder: readLadder(path.dirname(folder), source),
    source,
  }
}

// Events that can't be read say nothing against the result.
function alteredFiles(found: RecordedComparison): string[] {
  try {
    const { specification } = readEnvironment(found.path)
    const text = readRegular(path.join(found.path, comparisonFiles.spec))
    const isOther = text !== null && specification !== undefined && specification !== sha256(text)
    return [...findAltered(found), ...(isOther ? [comparisonFiles.spec] : [])]
  } catch {
    return []
  }
}
