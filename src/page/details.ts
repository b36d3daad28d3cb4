import path from 'node:path'
import * as z from 'zod'
import { type DisagreementDetails, disagreementDetailsSchema } from '../compare/disagreement.js'
import type { Run } from '../plan/plan-runs.js'
import { type EvaluationDetails, evaluationDetailsSchema } from '../protocol/evaluation.js'
import { finishedRuns } from '../report/runs.js'
import { comparisonFiles } from '../run/folder/files.js'
import { parseRecorded, type RecordedComparison } from '../run/folder/read.js'
import { isOwnFolder, readBytes, readIfReadable } from '../run/folder/regular-file.js'

/** Details of a comparison that lie in files beside comparison.json. */
export interface Details {
  /** Tests of the finished runs; a run whose file is gone is missing. */
  readonly evaluations: readonly (Run & { readonly evaluation: ShownEvaluation })[]
  readonly disagreements: DisagreementDetails | null
  /** Data URLs of thumbnails, by their paths in `disagreements`. */
  readonly thumbnails: ReadonlyMap<string, string>
}

/** Details as they lie in the files of a comparison's folder. */
export interface FoundDetails extends Details {
  /** Names of the files that should hold the tests of finished runs, and hold none or that of other results. */
  readonly faulty: readonly string[]
}

/** Test of a run as far as the page shows it. */
export interface ShownEvaluation extends Omit<EvaluationDetails, 'confusion'> {
  /** Confusion matrix; null where there are too many classes for a page. */
  readonly confusion: EvaluationDetails['confusion'] | null
}

/** Most classes whose confusion matrix fits the page. */
const mostInMatrix = 20

/** Number of images that the page shows of those on which the two models of a seed disagree. */
export const shownOfSeed = 12

const mostBytes = 2 ** 18
const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Reads the details of a comparison; what is gone or can't be read is left out. */
export function readDetails({ path: folder, comparison }: RecordedComparison): FoundDetails {
  const disagreements = readJson(path.join(folder, comparisonFiles.disagreements), disagreementDetailsSchema)
  const shown = (disagreements?.seeds ?? []).flatMap(({ listed }) => listed.slice(0, shownOfSeed))
  const thumbnails = shown.flatMap(({ thumbnail }): [string, string][] => {
    const url = thumbnail === null ? null : readThumbnail(folder, thumbnail)
    return thumbnail === null || url === null ? [] : [[thumbnail, url]]
  })
  const faulty: string[] = []
  const evaluations = finishedRuns(comparison?.runs ?? []).flatMap(({ framework, seed, repeat, test }) => {
    const name = path.join(comparisonFiles.folderOf({ framework, seed, repeat }), comparisonFiles.evaluation)
    const evaluation = readEvaluation(path.join(folder, name))
    if (evaluation !== null && hasAccuracy(evaluation, test.accuracy))
      return [{ framework, seed, repeat, evaluation }]
    faulty.push(name)
    return []
  })
  return { evaluations, disagreements, thumbnails: new Map(thumbnails), faulty }
}

// Sums of thousands of shares, in another order.
const accuracyTolerance = 1e-9

/** Whether the classes, the confusion matrix and the bins of the calibration all have the accuracy of the run's result. */
function hasAccuracy({ perClass, confusion, calibration }: ShownEvaluation, accuracy: number): boolean {
  const counts = [
    perClass.map(({ support, recall }) => [support, support * (recall ?? 0)] as const),
    (confusion ?? []).map(
      (row, label) => [row.reduce((sum, count) => sum + count, 0), row[label] ?? 0] as const,
    ),
    calibration.map(({ images, accuracy: share }) => [images, images * (share ?? 0)] as const),
  ]
  return (
    counts
      // There is no matrix of many classes, and earlier versions wrote no bins.
      .filter((parts) => parts.length > 0)
      .every((parts) => {
        const images = parts.reduce((sum, [all]) => sum + all, 0)
        const right = parts.reduce((sum, [, part]) => sum + part, 0)
        return Math.abs(right / images - accuracy) <= accuracyTolerance
      })
  )
}

// The matrices of a hundred runs with a thousand classes would fill the memory, and checking them takes minutes.
function readEvaluation(file: string): ShownEvaluation | null {
  const { confusion } = evaluationDetailsSchema.shape
  const shown = readJson(file, evaluationDetailsSchema.extend({ confusion: z.unknown() }))
  if (shown === null) return null
  const matrix =
    shown.classes.length > mostInMatrix ? null : (confusion.safeParse(shown.confusion).data ?? null)
  return { ...shown, confusion: matrix }
}

function readJson<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> | null {
  return parseRecorded(readIfReadable(file), schema)
}

// The folder may have come from someone else: its paths may lead anywhere, and a thumbnail may be anything.
function readThumbnail(folder: string, thumbnail: string): string | null {
  const file = path.join(folder, thumbnail)
  const parent = path.dirname(file)
  const root = path.join(folder, comparisonFiles.thumbnails)
  if (path.dirname(parent) !== root || !isOwnFolder(root) || !isOwnFolder(parent)) return null
  try {
    const bytes = readBytes(file, mostBytes)
    const isPng = bytes?.subarray(0, pngSignature.length).equals(pngSignature)
    return bytes && isPng ? `data:image/png;base64,${bytes.toString('base64')}` : null
  } catch {
    return null
  }
}
