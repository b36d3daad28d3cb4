import type { ShortRunRow, Verification } from '../compare/verification.js'
import type { PlannedRecording } from '../plan/plan-recordings.js'
import type { Rounding } from '../protocol/judge-rounding.js'
import type { Rung } from '../protocol/judge-rungs.js'
import type { Trained } from '../protocol/request-parts.js'
import { formatError, formatNumberOf, formatOr } from './format.js'

// Texts of the parity ladder that the terminal and the report share.

export const trainedNames = {
  phase: 'the first phase',
  all: 'all trained, BatchNorm in training mode',
} as const satisfies Record<Trained, string>

/** Names a recording by its subject: `the first phase, in float64`. */
export function recordingName({ trained, precision }: PlannedRecording): string {
  return `${trainedNames[trained]}, in ${precision}`
}

/** Climb of the ladder: all rungs with the same tensors trained. */
export interface Climb {
  readonly title: string
  readonly rungs: readonly Rung[]
}

/** Parts the rungs of a verification into its climbs, in the order of the ladder. */
export function climbsOf(rungs: readonly Rung[]): Climb[] {
  return (['phase', 'all'] as const)
    .map((trained) => ({
      title: `Meaning, in float64: ${trainedNames[trained]}`,
      rungs: rungs.filter((rung) => rung.trained === trained),
    }))
    .filter((climb) => climb.rungs.length > 0)
}

/** Names the table of the engines' rounding, all in one precision. */
export function roundingTitle(rounding: readonly Rounding[]): string {
  return `Rounding, in ${rounding[0]?.precision}: each engine's error against its own float64`
}

/** Short run of a verification, by its rows. */
export interface ShortRun {
  readonly title: string
  readonly rows: readonly ShortRunRow[]
}

/** Parts the rows of a verification's short runs by the precision of the run. */
export function shortRunsOf({ shortRuns }: Pick<Verification, 'shortRuns'>): ShortRun[] {
  const precisions = [...new Set(shortRuns.map(({ precision }) => precision))]
  return precisions.map((precision) => ({
    title: `What compare does, in ${precision}: a short run of all phases`,
    rows: shortRuns.filter((row) => row.precision === precision),
  }))
}

/** Titles of the columns of `rungCells`. */
export const rungColumns = ['difference', 'bound', 'shows from'] as const

/** Formats the figures of a rung: what was found, what is allowed, and the smallest error that it would show. */
export function rungCells({ worst, bound, limit }: Rung): string[] {
  return [
    worst === 0 ? 'equal' : formatOr(worst, formatError),
    bound === 0 ? 'equal' : formatError(bound),
    limit === 0 ? 'any' : formatOr(limit, formatError),
  ]
}

/** Titles of the columns of `roundingCells`. */
export const roundingColumns = ['TensorFlow', 'PyTorch', 'ratio'] as const

/** Formats the figures of a rounding: the error of each engine where the two differ most, and their ratio. */
export function roundingCells(rounding: Rounding): string[] {
  const { tensorflow, pytorch } = rounding.errors ?? rounding
  return [
    formatOr(tensorflow, formatError),
    formatOr(pytorch, formatError),
    formatOr(rounding.ratio, (times) => times.toFixed(1)),
  ]
}

/** Outcome of a rung, or of a rounding. */
export type Outcome = 'passed' | 'failed' | 'not judged'

/** Judges what a rung or a rounding came to. */
export function outcomeOf(judged: Rung | Rounding): Outcome {
  return 'judged' in judged && !judged.judged ? 'not judged' : judged.passed ? 'passed' : 'failed'
}

/** Tells in a few words how a ladder ended: `every rung holds`, `2 rungs failed`. */
export function describeLadder(verification: Verification): string {
  const { passed, rungs, rounding, shortRuns } = verification
  if (passed) return 'every rung holds'
  const failed = [...rungs, ...rounding].filter((judged) => !judged.passed).length
  return failed === 0 && shortRuns.some(({ state }) => state === 'different')
    ? 'the short runs did different work'
    : `${formatNumberOf(failed, 'rung')} failed`
}

/** Note on a rung, under the rung's name and what was trained. */
export interface RungNote {
  readonly title: string
  readonly note: string
}

/** Collects the notes on the rungs. */
export function notesOf(rungs: readonly Rung[]): RungNote[] {
  return rungs.flatMap(({ rung, trained, note }) =>
    note === null ? [] : [{ title: `${rung}, ${trained}`, note }],
  )
}

/** Tells what the ladder leaves out, so that no one takes it for looked at. */
export function notLookedAt({ shortRuns }: Pick<Verification, 'shortRuns'>): string {
  const always =
    'Going on from a checkpoint, epochs beyond the second of a phase and the early stopping that comes of them, images beyond the first few batches, and whatever only a GPU or another version would do.'
  const ofRuns =
    'Later phases, features that are kept, averages, evaluation and restored weights: short runs of all phases look at them, unless --phase-only or --perturb is given.'
  return shortRuns.length > 0 ? always : `${ofRuns} ${always}`
}

/** Names the place where the two engines part first, in a sentence; null where they don't. */
export function describeDivergence({
  rungs,
  rounding,
  shortRuns,
}: Pick<Verification, 'rungs' | 'rounding' | 'shortRuns'>): string | null {
  const rung = rungs.find(({ passed }) => !passed)
  if (rung) return describeRung(rung)
  const rounded = rounding.find(({ passed }) => !passed)
  if (rounded) return describeRounding(rounded)
  const row = shortRuns.find(({ state }) => state === 'different')
  return row ? `${row.ingredient}, in a short run in ${row.precision}: ${row.evidence}` : null
}

/** Names the place of a rung's difference, with both values: `step 7: 0.25 in TensorFlow, 0.26 in PyTorch`. */
export function placeOf({
  where,
  tensorflow,
  pytorch,
}: Pick<Rung, 'where' | 'tensorflow' | 'pytorch'>): string {
  const values =
    tensorflow === null || pytorch === null ? '' : `: ${tensorflow} in TensorFlow, ${pytorch} in PyTorch`
  return `${where ?? ''}${values}`
}

function describeRung(failed: Rung): string {
  const { rung, trained, where, worst, bound, note } = failed
  const size =
    worst === null
      ? ''
      : ` The largest difference is ${formatError(worst)}, the bound ${bound === 0 ? 'is equality' : `is ${formatError(bound)}`}.`
  const place = where === null ? placeOf(failed) : ` at ${placeOf(failed)}`
  return `${rung} (${trainedNames[trained]})${place}.${size}${note === null ? '' : ` ${note}`}`
}

function describeRounding({ rung, precision, where, ratio, errors, ...largest }: Rounding): string {
  const { tensorflow, pytorch } = errors ?? largest
  const times =
    ratio === null ? 'an error that is not finite' : `${ratio.toFixed(0)} times the error of the other`
  const sides = `TensorFlow's error is ${formatOr(tensorflow, formatError)}, PyTorch's ${formatOr(pytorch, formatError)}.`
  return `${rung} in ${precision} at ${where}: one engine has ${times}. ${sides}`
}
