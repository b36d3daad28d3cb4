import path from 'node:path'
import type { Sweep } from '../sweep/record.js'
import { sweepFiles } from '../sweep/sweep-folder.js'
import { visible } from '../visible.js'
import { renderSweepPage } from './sweep-page.js'
import { writePage } from './write-page.js'

/**
 * Writes the report of a sweep into its folder.
 *
 * @returns Absolute path of the file.
 * @throws TwintuneError FOLDER_UNWRITABLE where it can't be written.
 */
export function writeSweepReport(sweepDirectory: string, sweep: Sweep): string {
  const file = path.join(path.resolve(sweepDirectory), sweepFiles.report)
  writePage(file, renderSweepPage(visible(sweep)))
  return file
}
