import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Candidate } from './candidate.js'
import { readCsv } from './csv.js'
import { readParquet } from './parquet.js'
import { type NoTable, type SplitName, splitOf, type Table } from './table.js'
import { type Folder, withAllBelow } from './walk.js'

/** Finds the tables of images below a folder. Files of one folder that are named after splits are one data set. */
export async function findTables(
  root: string,
  folder: Folder,
): Promise<{ readonly candidates: readonly Candidate[]; readonly remarks: readonly string[] }> {
  const candidates: Candidate[] = []
  const remarks: string[] = []
  for (const { path: below, tables } of withAllBelow(folder)) {
    for (const source of ['csv', 'parquet'] as const) {
      const names = tables.filter((name) => /\.parquet$/i.test(name) === (source === 'parquet'))
      for (const files of groupBySplit(names)) {
        const found = await readGroup(root, below, source, files)
        if ('reason' in found) remarks.push(found.reason)
        else candidates.push(found)
      }
    }
  }
  return { candidates, remarks }
}

type Group = { readonly train: string; readonly validation?: string; readonly test?: string }

/** Groups files: train.csv with val.csv and test.csv; any other file is a group by itself. */
function groupBySplit(names: readonly string[]): readonly Group[] {
  const split = (name: string) => splitOf(name.split(/[-_.]/)[0] ?? '')
  const ofSplit = (wanted: SplitName) => names.filter((name) => split(name) === wanted)
  const [train, ...others] = ofSplit('train')
  // Several files of training images are shards, of which a specification can name only one.
  if (train === undefined || others.length > 0) return names.map((name) => ({ train: name }))
  const [validation] = ofSplit('validation')
  const [test] = ofSplit('test')
  const rest = names.filter((name) => ![train, validation, test].includes(name))
  return [
    { train, ...(validation && { validation }), ...(test && { test }) },
    ...rest.map((name) => ({ train: name })),
  ]
}

async function readGroup(
  root: string,
  below: string,
  source: 'csv' | 'parquet',
  group: Group,
): Promise<Candidate | NoTable> {
  const read = source === 'csv' ? readCsv : readParquet
  const pathOf = (name: string) => path.posix.join(below, name)
  const train = await readTable(root, pathOf(group.train), read)
  if ('reason' in train) return train
  const remarks: string[] = []
  const split = async (name: string | undefined, column: SplitName) => {
    if (train.splits[column]) return { path: pathOf(group.train), images: train.splits[column] }
    if (name === undefined) return null
    const table = await readTable(root, pathOf(name), read)
    if ('reason' in table) {
      remarks.push(`${table.reason} It is left out.`)
      return null
    }
    return { path: pathOf(name), images: table.rows }
  }
  return {
    source,
    train: { path: pathOf(group.train), images: train.splits.train ?? train.rows },
    validation: await split(group.validation, 'validation'),
    test: await split(group.test, 'test'),
    classes: [...train.classes],
    columns: { ...train.columns },
    remarks,
  }
}

const mostBytesOfText = 256 * 2 ** 20

async function readTable(
  root: string,
  file: string,
  read: typeof readCsv | typeof readParquet,
): Promise<Table | NoTable> {
  const place = path.join(root, file)
  try {
    if (read === readParquet) return await readParquet(place, file)
    if ((await stat(place)).size > mostBytesOfText) return { reason: `${file} is too large to be looked at.` }
    const bytes = await readFile(place)
    // Spreadsheets write such files as "Unicode text"; a run would not read them either.
    if (isUtf16(bytes)) return { reason: `${file} is in UTF-16: save it as UTF-8.` }
    return readCsv(bytes.toString('utf8'), path.dirname(place), file)
  } catch (error) {
    return { reason: `${file} can't be read: ${error instanceof Error ? error.message : String(error)}.` }
  }
}

function isUtf16(bytes: Buffer): boolean {
  const mark = bytes.subarray(0, 2).toString('hex')
  return mark === 'fffe' || mark === 'feff'
}
