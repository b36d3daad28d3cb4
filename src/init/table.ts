/** Table of images: what a CSV file or a parquet file says of itself. */
export interface Table {
  readonly rows: number
  /** Number of rows of each split, where a column says to which a row belongs; else empty. */
  readonly splits: Partial<Record<SplitName, number>>
  readonly classes: readonly string[]
  /** Columns by the field of the specification that names them. */
  readonly columns: Readonly<Record<string, string>>
}

/** Table that holds no images that could be trained on, and the reason as a sentence. */
export interface NoTable {
  readonly reason: string
}

export type SplitName = 'train' | 'validation' | 'test'

const splitNames: Readonly<Record<string, SplitName>> = {
  ...{ train: 'train', training: 'train', test: 'test', testing: 'test' },
  ...{ validation: 'validation', valid: 'validation', val: 'validation' },
}

/** Split that a word names in one of the ways that the Python side takes too (`python/twintune/data/csv_file.py`). */
export function splitOf(word: string): SplitName | undefined {
  return splitNames[word.toLowerCase()]
}
