import { constants } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import path from 'node:path'
import { comparisonFiles } from '../folder/files.js'
import { isOwnFolder, linesOf } from '../folder/regular-file.js'
import type { Part } from './part.js'

/**
 * Copies the folders of a part's runs, with their models, into a merged comparison. Where the file system can, a copy shares
 * its bytes with the original until one of them is written to. Checkpoints and exports stay behind.
 *
 * @throws The system's error.
 */
export async function copyRuns({ recorded }: Part, comparisonDirectory: string): Promise<void> {
  for (const run of recorded.started.runs) {
    const name = comparisonFiles.folderOf(run)
    const source = path.join(recorded.path, name)
    if (!isOwnFolder(source)) continue
    const target = path.join(comparisonDirectory, name)
    await cp(source, target, {
      recursive: true,
      errorOnExist: true,
      force: false,
      mode: constants.COPYFILE_FICLONE,
    })
    for (const left of [comparisonFiles.checkpoints, comparisonFiles.export])
      await rm(path.join(target, left), { recursive: true, force: true })
  }
}

/** Reads the lines of a part's events that are of its runs, and the warnings of its machine. */
export function* eventsOfRuns({ recorded }: Part): Generator<string> {
  for (const line of linesOf(path.join(recorded.path, comparisonFiles.events)))
    if (!/^\{"type":"(comparison-\w+|worker|judging)"/.test(line)) yield line
}
