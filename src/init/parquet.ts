import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import * as z from 'zod'
import { compareText } from '../compare-text.js'
import type { NoTable, Table } from './table.js'

const labelNames = ['label', 'labels', 'class', 'category', 'target', 'fine_label', 'coarse_label']

/** Part of the features that Hugging Face writes into a parquet file. */
const featuresSchema = z.object({
  info: z.object({
    features: z.record(z.string(), z.looseObject({ names: z.array(z.string()).optional() })),
  }),
})

/** Reads what a parquet file says of its columns, and the column of the classes; no image is read. */
export async function readParquet(file: string, name: string): Promise<Table | NoTable> {
  const buffer = await asyncBufferFromFile(file)
  const metadata = await parquetMetadataAsync(buffer)
  const [root, ...elements] = metadata.schema
  // A column is an element right below the root: one with children is followed by them.
  const columns: { name: string; children: string[]; isBytes: boolean; isClass: boolean }[] = []
  for (let index = 0; index < elements.length && columns.length < (root?.num_children ?? 0); index += 1) {
    const element = elements[index]
    if (!element) break
    const count = element.num_children ?? 0
    const isText = element.converted_type === 'UTF8' || element.logical_type?.type === 'STRING'
    columns.push({
      name: element.name,
      children: elements.slice(index + 1, index + 1 + count).map((child) => child.name),
      isBytes: element.type === 'BYTE_ARRAY' && !isText,
      isClass: isText || element.type === 'INT32' || element.type === 'INT64',
    })
    index += count
  }
  const image = columns.find(({ children, isBytes }) => children.includes('bytes') || isBytes)
  if (!image) return { reason: `${name} has no column of encoded images.` }
  const candidates = columns.filter(({ isClass }) => isClass)
  const label = labelNames
    .map((wanted) => candidates.find((column) => column.name.toLowerCase() === wanted))
    .find((column) => column !== undefined)
  const chosen = label ?? (candidates.length === 1 ? candidates[0] : undefined)
  if (!chosen) return { reason: `${name} has images, and no column of it looks like their classes.` }
  const rows = await parquetReadObjects({ file: buffer, metadata, columns: [chosen.name] })
  const values = [...new Set(rows.map((row) => String(row[chosen.name])))].sort(compareText)
  const names = namesOf(
    metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value,
    chosen.name,
  )
  return {
    rows: Number(metadata.num_rows),
    splits: {},
    classes: names ?? values,
    columns: { imageColumn: image.name, labelColumn: chosen.name },
  }
}

/** Names of the classes that Hugging Face's features give a column of numbers; null where there are none. */
function namesOf(features: string | undefined, column: string): readonly string[] | null {
  if (features === undefined) return null
  const read = featuresSchema.safeParse(parseJson(features))
  return read.data?.info.features[column]?.names ?? null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
