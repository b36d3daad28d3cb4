import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parseRecorded } from '../run/folder/read.js'
import { linesOf } from '../run/folder/regular-file.js'
import { sweepFinishedSchema, trialEndedSchema, trialStartedSchema } from './events.js'
import type { Sweep, Trial, TrialRecord } from './record.js'
import { sweepFiles } from './sweep-folder.js'

/**
 * Finds the records in a sweep's folder that aren't those that were written. The events have all of them again: a digit that
 * was changed in one of two files is no result any more.
 *
 * @param records - Records of the trials, as they are in the folder.
 * @param sweep - Sweep as its file has it; `null` when its file says nothing that counts.
 * @returns Names of the files within the folder.
 */
export function findAlteredTrials(
  folder: string,
  { records, sweep }: { readonly records: readonly TrialRecord[]; readonly sweep: Sweep | null },
): string[] {
  const ends = new Map<string, Trial>()
  let ended: Sweep | undefined
  for (const line of linesOf(path.join(folder, sweepFiles.events))) {
    // A trial that is carried out once more may be killed before the events tell its new end.
    if (line.startsWith('{"type":"trial-started"')) {
      const started = parseRecorded(line, trialStartedSchema)
      if (started) ends.delete(sweepFiles.folderOf(started))
    }
    if (line.startsWith('{"type":"trial-ended"')) {
      const result = parseRecorded(line, trialEndedSchema)?.result
      if (result) ends.set(sweepFiles.folderOf(result), result)
    }
    if (line.includes('"type":"sweep-resumed"')) ended = undefined
    if (sweep && line.startsWith('{"type":"sweep-finished"'))
      ended = parseRecorded(line, sweepFinishedSchema)?.sweep
  }
  const altered = records
    .filter(({ history: _, ...trial }) => {
      const told = ends.get(sweepFiles.folderOf(trial))
      return told !== undefined && !isDeepStrictEqual(told, trial)
    })
    .map((record) => path.join(sweepFiles.folderOf(record), sweepFiles.trial))
  return ended !== undefined && !isDeepStrictEqual(ended, sweep) ? [...altered, sweepFiles.sweep] : altered
}
