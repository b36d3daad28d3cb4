import { stringify } from 'csv-stringify/sync'
import stringWidth from 'string-width'
import { frameworkNames } from '../framework-names.js'
import type { PredictionLine } from '../lines/predict.js'
import type { TrainedModelDescription } from '../protocol/load-model.js'
import type { Framework } from '../spec/schema.js'
import { visibleText } from '../visible.js'
import { absent, formatPercent } from './format.js'
import { createStyle, type RenderOptions } from './style.js'

/** Prints the predictions of a batch of images, below those of the batches before. */
export type PredictionPrinter = (lines: readonly PredictionLine[]) => void

/** Model whose predictions are printed. */
interface PrintedModel {
  readonly framework: Framework
  readonly seed: number
  readonly description: Pick<TrainedModelDescription, 'classes'>
}

interface PrintOptions extends RenderOptions {
  readonly print: (text: string) => void
}

/** Printers of predictions by the name of their format. */
export const predictionPrinters = {
  table: tablePrinter,
  jsonl: jsonLinesPrinter,
  csv: csvPrinter,
} as const satisfies Readonly<
  Record<string, (models: readonly PrintedModel[], options: PrintOptions) => PredictionPrinter>
>

function jsonLinesPrinter(_models: readonly PrintedModel[], { print }: PrintOptions): PredictionPrinter {
  return (lines) => {
    for (const line of lines) print(JSON.stringify(line))
  }
}

const csvColumns = [
  'image',
  'framework',
  'seed',
  'rank',
  'class',
  'probability',
  'differ',
  'problem',
] as const

function csvPrinter(_models: readonly PrintedModel[], { print }: PrintOptions): PredictionPrinter {
  const printRows = (rows: readonly (readonly (string | number | boolean | null)[])[]): void => {
    // A name that begins like a formula would be computed by a spreadsheet.
    const cast = { boolean: (value: boolean) => String(value) }
    print(stringify([...rows], { escape_formulas: true, cast }).trimEnd())
  }
  printRows([csvColumns])
  return (lines) => {
    const rows = lines.flatMap(({ image, models, differ, problem }) =>
      problem !== null
        ? [[image, null, null, null, null, null, differ, problem]]
        : models.flatMap(({ framework, seed, top }) =>
            top.map((each, index) => [
              ...[image, framework, seed, index + 1],
              ...[each.class, each.probability, differ, null],
            ]),
          ),
    )
    printRows(rows)
  }
}

const probabilityWidth = '100.00%'.length
const gap = '  '
const mark = '≠'

/** Prints rows under a head. The image stands last, since only its width isn't known before the last batch. */
function tablePrinter(models: readonly PrintedModel[], options: PrintOptions): PredictionPrinter {
  const { colors } = createStyle(options)
  const { print } = options
  const widths = models.map(({ framework, description: { classes } }) =>
    Math.max(...[frameworkNames[framework], ...classes.map(visibleText)].map((text) => stringWidth(text))),
  )
  const isPair = models.length > 1
  const rowOf = (cells: readonly (readonly [string, string])[], differs: string, image: string): string => {
    const columns = cells.map(
      ([name, probability], index) =>
        `${padEnd(name, widths[index] ?? 0)}${gap}${probability.padStart(probabilityWidth)}`,
    )
    return [...columns, ...(isPair ? [differs] : []), image].join(gap).trimEnd()
  }
  const names = models.map(({ framework }) => [frameworkNames[framework], ''] as const)
  print(colors.dim(rowOf(names, ' ', 'image')))
  return (lines) => {
    for (const { image, models: predicted, differ, problem } of lines) {
      if (problem !== null) {
        const nothing = models.map(() => [absent, absent] as const)
        const told = `${visibleText(image)}: ${visibleText(problem)}`
        print(rowOf(nothing, ' ', colors.yellow(told)))
        continue
      }
      const count = Math.max(0, ...predicted.map(({ top }) => top.length))
      for (let rank = 0; rank < count; rank++) {
        const cells = predicted.map(({ top }) => {
          const each = top[rank]
          return each
            ? ([visibleText(each.class), formatPercent(each.probability)] as const)
            : (['', ''] as const)
        })
        const isFirst = rank === 0
        const sign = isFirst && differ ? colors.yellow(mark) : ' '
        print(rowOf(cells, sign, isFirst ? visibleText(image) : ''))
      }
    }
  }
}

function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)))
}
