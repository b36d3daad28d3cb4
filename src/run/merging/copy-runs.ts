import { constants } from 'node:fs'
import { cp } from 'node:fs/promises'
import path from 'node:path'
import { cancelled, TwintuneError } from '../../failure.js'
import { isSameRun } from '../../plan/plan-runs.js'
import { comparisonFiles } from '../folder/files.js'
import { isOwnFolder, linesOf } from '../folder/regular-file.js'
import { cannotWrite } from '../folder/writing.js'
import { type Part, unmergeable } from './part.js'

/**
 * Copies the folders of a part's runs, with their models, into a merged comparison. Where the file system can, a copy shares
 * its bytes with the original until one of them is written to. Checkpoints and exports stay behind.
 *
 * @throws TwintuneError CANCELLED once the signal is aborted, COMPARISONS_NOT_MERGEABLE when the folder of a run that finished is missing, FOLDER_UNWRITABLE when the
 * disk is full.
 */
export async function copyRuns(
  { recorded }: Part,
  comparisonDirectory: string,
  signal?: AbortSignal,
): Promise<void> {
  for (const run of recorded.started.runs) {
    // There may be gibibytes of models, for which a user who cancels doesn't wait.
    if (signal?.aborted) throw new TwintuneError(cancelled)
    const name = comparisonFiles.folderOf(run)
    const source = path.join(recorded.path, name)
    if (!isOwnFolder(source)) {
      if (!recorded.results.some((result) => result.status === 'finished' && isSameRun(result, run))) continue
      throw unmergeable(
        `${recorded.name} has lost ${name}, which holds the model and the answers of a run that finished.`,
        'Put the folder back, or copy the whole folder of the comparison again.',
      )
    }
    const target = path.join(comparisonDirectory, name)
    const left = [comparisonFiles.checkpoints, comparisonFiles.export].map((each) => path.join(source, each))
    try {
      await cp(source, target, {
        recursive: true,
        errorOnExist: true,
        force: false,
        mode: constants.COPYFILE_FICLONE,
        filter: (place) => !left.includes(place),
      })
    } catch (error) {
      throw cannotWrite(comparisonDirectory, error)
    }
  }
}

/** Reads the lines of a part's events that are of its runs, and the warnings of its machine. */
export function* eventsOfRuns({ recorded }: Part): Generator<string> {
  for (const line of linesOf(path.join(recorded.path, comparisonFiles.events)))
    if (!/^\{"type":"(comparison-\w+|worker|judging)"/.test(line)) yield line
}
