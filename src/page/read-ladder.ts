import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
import * as z from 'zod'
import { type VerificationRecord, verificationRecordSchema } from '../compare/verification.js'
import { expandShorthands } from '../plan/expand-shorthands.js'
import { inspectionSchema } from '../protocol/inspect.js'
import { verificationFiles } from '../run/folder/files.js'
import { parseRecorded } from '../run/folder/read.js'
import { readIfReadable } from '../run/folder/regular-file.js'
import { type Experiment, experimentSchema } from '../spec/schema.js'
import type { Source } from './sections/source.js'

/** Parity ladder that was climbed for the experiment of a comparison, with the same packages. */
export type Ladder = Pick<VerificationRecord, 'startedAt'> &
  Pick<VerificationRecord['verification'], 'passed'>

const { versions } = inspectionSchema.shape
const environmentSchema = z.object({
  frameworks: z.object({ tensorflow: z.object({ versions }), pytorch: z.object({ versions }) }),
})

/**
 * Finds the ladder that `verify` climbed for the experiment of a comparison; `null` where none was, or where it was of other
 * options or other versions of the packages.
 *
 * @param runsDirectory - Folder that the comparison's folder lies in, which `verify` writes to.
 */
export function readLadder(
  runsDirectory: string,
  { specification, environment }: Pick<Source, 'specification' | 'environment'>,
): Ladder | null {
  const experiment = experimentIn(specification)
  const machine = parseRecorded(environment, environmentSchema)
  if (experiment === null || machine === null) return null
  const file = path.join(runsDirectory, verificationFiles.recordOf(experiment.name))
  const record = parseRecorded(readIfReadable(file), verificationRecordSchema)
  if (record === null || record.firstPhaseAlone || record.perturbation !== null) return null
  const { tensorflow, pytorch } = machine.frameworks
  const isSame =
    isDeepStrictEqual(verifiedOf(record.experiment), verifiedOf(experiment)) &&
    isDeepStrictEqual(record.verification.versions, {
      tensorflow: tensorflow.versions,
      pytorch: pytorch.versions,
    })
  return isSame ? { startedAt: record.startedAt, passed: record.verification.passed } : null
}

/** Options that a verification depends on, written out: one seed stands for all, and it trains for no result. */
function verifiedOf(experiment: Experiment) {
  const { mode, dataset, augmentation, model, training, device } = expandShorthands(experiment)
  return { mode, dataset, augmentation, model, training, device }
}

// The file may have been changed since, and the report has other things to show.
function experimentIn(specification: string | null): Experiment | null {
  try {
    return specification === null ? null : experimentSchema.parse(parse(specification))
  } catch {
    return null
  }
}
