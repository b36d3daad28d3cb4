import { existsSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { compareText } from '../compare-text.js'
import { isImage } from '../image-endings.js'
import { type NoTable, type SplitName, splitOf, type Table } from './table.js'

const looked = 200
const delimiters = [',', ';', '\t']
const labelNames = ['label', 'labels', 'class', 'class_name', 'category', 'target', 'species', 'breed', 'y']

/**
 * Reads a CSV file as a list of image files: the column whose texts are names of images that are there, a column of classes,
 * and perhaps one of splits.
 *
 * @param folder - Folder that the paths in the file start from.
 * @param name - Name of the file for messages.
 */
export function readCsv(text: string, folder: string, name: string): Table | NoTable {
  const firstLine = text.split('\n', 1)[0] ?? ''
  const delimiter = delimiters.reduce((best, each) =>
    firstLine.split(each).length > firstLine.split(best).length ? each : best,
  )
  const [header = [], ...rows]: string[][] = parse(text, {
    bom: true,
    delimiter,
    trim: true,
    skip_empty_lines: true,
  })
  const values = (column: number) => rows.map((row) => row[column] ?? '')
  const columns = header.map((_, column) => column)
  const paths = columns.find((column) => {
    const some = values(column).slice(0, looked)
    return some.length > 0 && some.every(isImage)
  })
  if (paths === undefined) return { reason: `${name} has no column with the names of image files.` }
  const missing = values(paths)
    .slice(0, looked)
    .filter((file) => !existsSync(path.resolve(folder, file)))
  if (missing.length > 0)
    return {
      reason: `${name} names images that are not there, such as ${missing[0]} in its column ${header[paths]}: paths start from the folder of the file.`,
    }
  const splitColumn = columns.find(
    (column) =>
      values(column).every((value) => splitOf(value)) &&
      values(column).some((value) => splitOf(value) === 'train'),
  )
  const labels = labelColumn(
    columns.filter((column) => column !== paths && column !== splitColumn),
    header,
    values,
  )
  if (labels === undefined)
    return { reason: `${name} lists images, and no other column of it looks like their classes.` }
  const counts: Partial<Record<SplitName, number>> = {}
  for (const value of splitColumn === undefined ? [] : values(splitColumn)) {
    const split = splitOf(value)
    if (split) counts[split] = (counts[split] ?? 0) + 1
  }
  return {
    rows: rows.length,
    splits: counts,
    classes: [...new Set(values(labels))].sort(compareText),
    columns: {
      pathColumn: header[paths] ?? '',
      labelColumn: header[labels] ?? '',
      ...(splitColumn !== undefined && { splitColumn: header[splitColumn] ?? '' }),
    },
  }
}

/** The column of the classes: by its name, else the first in which a few texts stand again and again. */
function labelColumn(
  columns: readonly number[],
  header: readonly string[],
  values: (column: number) => readonly string[],
): number | undefined {
  const repeats = (column: number) => {
    const distinct = new Set(values(column))
    return distinct.size >= 2 && !distinct.has('') && distinct.size <= values(column).length / 2
  }
  const byName = labelNames
    .map((name) => columns.find((column) => header[column]?.toLowerCase() === name))
    .find((column) => column !== undefined && new Set(values(column)).size >= 2)
  return byName ?? columns.find(repeats)
}
