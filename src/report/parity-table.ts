import type { ShortRunRow, Verification } from '../compare/verification.js'
import type { PlannedRecording } from '../plan/plan-recordings.js'
import type { Rounding } from '../protocol/judge-rounding.js'
import type { Rung } from '../protocol/judge-rungs.js'
import type { Trained } from '../protocol/request-parts.js'
import { formatError, formatNumberOf, formatOr } from './format.js'
import { createStyle, type RenderOptions, type Style } from './style.js'
import { renderProse, renderSection, renderTable } from './table.js'

const trainedNames = {
  phase: 'the first phase',
  all: 'all trained, BatchNorm in training mode',
} as const satisfies Record<Trained, string>

/** Names a recording by its subject: `the first phase, in float64`. */
export function recordingName({ trained, precision }: PlannedRecording): string {
  return `${trainedNames[trained]}, in ${precision}`
}

/** Renders the parity ladder: the rungs of meaning, the rungs of rounding, and the place where the two engines part. */
export function renderVerification(
  experiment: string,
  verification: Verification,
  options: RenderOptions,
): string {
  const style = createStyle(options)
  const { rungs, rounding } = verification
  const sections = [
    headline(experiment, verification, style),
    ...(['phase', 'all'] as const).flatMap((trained) => {
      const climbed = rungs.filter((rung) => rung.trained === trained)
      return climbed.length > 0 ? [renderRungs(trained, climbed, style)] : []
    }),
    ...(rounding.length > 0 ? [renderRounding(rounding, style)] : []),
    ...renderShortRuns(verification, style),
    ...renderNotes(rungs, style),
    ...renderDivergence(verification, style),
    renderSection('Not looked at', renderProse(notLookedAt(verification), style), style),
  ]
  return sections.join('\n\n')
}

/** Names the place where the two engines part first, in a sentence; null where they don't. */
export function describeDivergence({ rungs, rounding, shortRuns }: Verification): string | null {
  const rung = rungs.find(({ passed }) => !passed)
  if (rung) return describeRung(rung)
  const rounded = rounding.find(({ passed }) => !passed)
  if (rounded) return describeRounding(rounded)
  const row = shortRuns.find(({ state }) => state === 'different')
  return row ? `${row.ingredient}, in a short run in ${row.precision}: ${row.evidence}` : null
}

function headline(
  experiment: string,
  { passed, rungs, rounding, shortRuns }: Verification,
  { colors }: Style,
): string {
  const failed = [...rungs, ...rounding].filter((judged) => !judged.passed).length
  const isOnlyTheRun = failed === 0 && shortRuns.some(({ state }) => state === 'different')
  const failure = isOnlyTheRun
    ? 'the short runs did different work'
    : `${formatNumberOf(failed, 'rung')} failed`
  const outcome = passed ? colors.green('every rung holds') : colors.red(failure)
  return `${colors.bold(experiment)}  ${colors.dim('parity ladder')}  ${outcome}`
}

function renderRungs(trained: Trained, rungs: readonly Rung[], style: Style): string {
  const table = renderTable(
    rungs.map(({ rung, worst, bound, limit, passed, known }) => [
      rung,
      worst === 0 ? 'equal' : formatOr(worst, formatError),
      bound === 0 ? 'equal' : formatError(bound),
      limit === 0 ? 'any' : formatOr(limit, formatError),
      known ? `known: ${known}` : outcomeText(passed, style),
    ]),
    {
      head: ['', 'difference', 'bound', 'shows from', ''],
      align: ['left', 'right', 'right', 'right', 'left'],
    },
    style,
  )
  return renderSection(`Meaning, in float64: ${trainedNames[trained]}`, table, style)
}

function renderRounding(rounding: readonly Rounding[], style: Style): string {
  const table = renderTable(
    rounding.map(({ rung, tensorflow, pytorch, ratio, passed, judged }) => [
      rung,
      formatOr(tensorflow, formatError),
      formatOr(pytorch, formatError),
      formatOr(ratio, (times) => times.toFixed(1)),
      judged ? outcomeText(passed, style) : style.colors.dim('not judged'),
    ]),
    {
      head: ['', 'TensorFlow', 'PyTorch', 'ratio', ''],
      align: ['left', 'right', 'right', 'right', 'left'],
    },
    style,
  )
  const title = `Rounding, in ${rounding[0]?.precision}: each engine's error against its own float64`
  return renderSection(title, table, style)
}

/** Renders the rows of each short run: the state of each, and its evidence where it isn't identical. */
function renderShortRuns({ shortRuns }: Verification, style: Style): string[] {
  const precisions = [...new Set(shortRuns.map(({ precision }) => precision))]
  return precisions.map((precision) => {
    const rows = shortRuns
      .filter((row) => row.precision === precision)
      .map(({ ingredient, state, evidence }) => [
        ingredient,
        stateText(state, style),
        state === 'identical' ? '' : evidence,
      ])
    const table = renderTable(rows, { align: ['left', 'left', 'left'], fold: true }, style)
    return renderSection(`What compare does, in ${precision}: a short run of all phases`, table, style)
  })
}

function stateText(state: ShortRunRow['state'], { colors }: Style): string {
  return state === 'different'
    ? colors.red(state)
    : state === 'unchecked'
      ? colors.dim(state)
      : colors.green(state)
}

/** Tells what the ladder leaves out, so that no one takes it for looked at. */
function notLookedAt({ shortRuns }: Verification): string {
  const always =
    'Going on from a checkpoint, epochs beyond the second of a phase and the early stopping that comes of them, images beyond the first few batches, and whatever only a GPU or another version would do.'
  const ofRuns =
    'Later phases, features that are kept, averages, evaluation and restored weights: short runs of all phases look at them, unless --phase-only or --perturb is given.'
  return shortRuns.length > 0 ? always : `${ofRuns} ${always}`
}

function renderNotes(rungs: readonly Rung[], style: Style): string[] {
  const rows = rungs.flatMap(({ rung, trained, note }) =>
    note === null ? [] : [[`${rung}, ${trained}`, note]],
  )
  if (rows.length === 0) return []
  return [renderSection('Notes', renderTable(rows, { align: ['left', 'left'], fold: true }, style), style)]
}

function renderDivergence(verification: Verification, style: Style): string[] {
  const sentence = describeDivergence(verification)
  return sentence === null ? [] : [renderSection('First divergence', renderProse(sentence, style), style)]
}

function describeRung({ rung, trained, where, worst, bound, tensorflow, pytorch, note }: Rung): string {
  const values =
    tensorflow === null || pytorch === null ? '' : `: ${tensorflow} in TensorFlow, ${pytorch} in PyTorch`
  const size =
    worst === null
      ? ''
      : ` The largest difference is ${formatError(worst)}, the bound ${bound === 0 ? 'is equality' : `is ${formatError(bound)}`}.`
  const place = where === null ? '' : ` at ${where}`
  return `${rung} (${trainedNames[trained]})${place}${values}.${size}${note === null ? '' : ` ${note}`}`
}

function describeRounding({ rung, precision, where, ratio, tensorflow, pytorch }: Rounding): string {
  const times =
    ratio === null ? 'an error that is not finite' : `${ratio.toFixed(0)} times the error of the other`
  const errors = `TensorFlow's largest error is ${formatOr(tensorflow, formatError)}, PyTorch's ${formatOr(pytorch, formatError)}.`
  return `${rung} in ${precision} at ${where}: one engine has ${times}. ${errors}`
}

function outcomeText(passed: boolean, { colors }: Style): string {
  return passed ? colors.green('passed') : colors.red('failed')
}
