import * as z from 'zod'
import { verificationSchema } from '../src/compare/verification.js'
import { type Rung, rungNames } from '../src/protocol/judge-rungs.js'
import { formatError } from '../src/report/format.js'
import { describeDivergence } from '../src/report/parity-texts.js'

const climbedSchema = z.strictObject({
  backbone: z.string(),
  // All backbones take hours, so that one machine may go on where another stopped.
  machine: z.string().describe('Name of the CPU that computed the figures.'),
  // The conditions name the versions; ladders that were climbed before they did so themselves still count.
  verification: verificationSchema.partial({ versions: true }),
})

/** Result of the parity ladder for a backbone. */
export type Climbed = z.output<typeof climbedSchema>

const conditionsSchema = z.strictObject({
  imageSize: z.int(),
  versions: z.string().describe('Versions of Python and of the packages.'),
})

/** Conditions that all figures of the document have in common. */
export type Conditions = z.output<typeof conditionsSchema>

/** docs/parity.json: what the document is drawn from. */
export const figuresSchema = conditionsSchema.extend({ climbed: z.array(climbedSchema) })

/** A program that shows a difference between the libraries, and what it printed. */
export interface ShownDifference {
  /** Name of a package with its version. */
  readonly library: string
  readonly operation: string
  readonly file: string
  readonly program: string
  readonly output: string
}

export interface ParityDocument extends Conditions {
  readonly climbed: readonly Climbed[]
  readonly differences: readonly ShownDifference[]
}

const exactRungs: readonly Rung['rung'][] = ['pixels', 'weights', 'evaluation']
const measuredRungs = rungNames.filter((name) => !exactRungs.includes(name))

/** Renders the text of docs/parity.md. */
export function renderParityDocument(document: ParityDocument): string {
  const { imageSize, versions, climbed, differences } = document
  const machines = [...new Set(climbed.map(({ machine }) => machine))]
  return `# Parity, backbone by backbone

Written by \`make parity\`, which climbs the ladder of \`twintune verify\` for every backbone of aligned mode: random weights, the sample of
Fashion-MNIST at ${imageSize} pixels, batches of 16, Adam at 1e-3. parity.json beside it has all figures. Machine: ${machines.join(', ')}. ${versions}.

A figure is the largest relative difference of the two engines on a rung. The bounds: 0 for pixels, weights and evaluation, 1e-12 for the
optimizer, 1e-10 for features, logits and losses; for gradients and for what ten steps have come to, what a hundred last places in the
pixels change in one engine, at least 1e-10. **Bold** is beyond its bound. _Shown from_ is the smallest relative error in the gradient that
enters a stage, any stage, which the gradients would have shown; it was found by planting one in PyTorch.

## Meaning, in float64: the head trained, BatchNorm in inference mode

${meaningTable(climbed, 'phase')}

## Meaning, in float64: everything trained, BatchNorm in training mode

${meaningTable(climbed, 'all')}

## Rounding, in float32

The largest root mean square of each engine's differences from its own float64, TensorFlow's / PyTorch's, of the head trained. Features and
logits fail where one engine is more than ten times less exact than the other; the rest is shown only.

${roundingTable(climbed)}
${divergences(climbed)}
## Differences that are mended

The libraries differ here, and aligned mode mends it (\`mends.py\` of each engine), so that no rung has to allow for it. Each program shows its
difference alone, and printed what the table says.

${markdownTable(
  ['library', 'operation', 'difference'],
  differences.map(({ library, operation, output }) => [library, operation, output]),
)}

${differences.map(showDifference).join('\n')}`
}

function meaningTable(climbed: readonly Climbed[], trained: Rung['trained']): string {
  const rows = climbed.map(({ backbone, verification }) => {
    const rungs = new Map(
      verification.rungs.filter((rung) => rung.trained === trained).map((rung) => [rung.rung, rung]),
    )
    const exact = exactRungs.map((name) => rungs.get(name)).filter((rung) => rung !== undefined)
    const differing = exact.filter(({ passed }) => !passed).map(({ rung }) => rung)
    return [
      backbone,
      differing.length === 0 ? 'equal' : bold(`${differing.join(', ')} differ`),
      ...measuredRungs.flatMap((name) => cellsOf(name, rungs.get(name))),
    ]
  })
  const columns = measuredRungs.flatMap((name) => (name === 'gradients' ? [name, 'shown from'] : [name]))
  return markdownTable(['backbone', exactRungs.join(', '), ...columns], rows)
}

// Each bound but the gradients' says by itself how small a difference would be seen.
function cellsOf(name: Rung['rung'], rung: Rung | undefined): string[] {
  return name === 'gradients' ? [rungCell(rung), figureText(rung?.limit ?? null)] : [rungCell(rung)]
}

function rungCell(rung: Rung | undefined): string {
  if (!rung) return ''
  const figure = `${figureText(rung.worst)}${rung.note?.startsWith('Not judged') ? ' (in part)' : ''}`
  return rung.passed ? figure : bold(figure)
}

function roundingTable(climbed: readonly Climbed[]): string {
  const names = climbed[0]?.verification.rounding.map(({ rung }) => rung) ?? []
  const rows = climbed.map(({ backbone, verification }) => [
    backbone,
    ...names.map((name) => {
      const rounding = verification.rounding.find(({ rung }) => rung === name)
      if (!rounding) return ''
      const errors = `${figureText(rounding.tensorflow)} / ${figureText(rounding.pytorch)}`
      return rounding.passed ? errors : bold(errors)
    }),
  ])
  return markdownTable(['backbone', ...names], rows)
}

function divergences(climbed: readonly Climbed[]): string {
  const lines = climbed.flatMap(({ backbone, verification }) => {
    const divergence = describeDivergence(verification)
    return divergence === null ? [] : [`- ${backbone}: ${divergence}`]
  })
  const judgedInPart = climbed.flatMap(({ backbone, verification }) =>
    verification.rungs
      .filter(({ note }) => note?.startsWith('Not judged'))
      .map(({ rung, trained, note }) => `- ${backbone}, ${rung}, ${trained}: ${note}`),
  )
  const sections = [
    ...(lines.length > 0 ? [`## Where the engines part\n\n${lines.join('\n')}\n`] : []),
    ...(judgedInPart.length > 0
      ? [`## What is chaotic, and judged in part\n\n${judgedInPart.join('\n')}\n`]
      : []),
  ]
  return sections.length > 0 ? `\n${sections.join('\n')}` : ''
}

function showDifference({ file, program }: ShownDifference): string {
  const [, title = file] = /^"""(.*?)\."""/s.exec(program) ?? []
  const code = program.replace(/^""".*?"""\s*/s, '').trimEnd()
  return `### ${title}\n\n\`${file}\`:\n\n\`\`\`python\n${code}\n\`\`\`\n`
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function figureText(figure: number | null): string {
  return figure === null ? 'not finite' : formatError(figure)
}

function bold(text: string): string {
  return `**${text}**`
}
