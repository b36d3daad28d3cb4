import path from 'node:path'
import * as z from 'zod'
import { type Comparison, comparisonSchema } from '../../compare/comparison.js'
import { looksAt } from '../../compare/earlier-looks.js'
import type { Look } from '../../compare/looks.js'
import type { Merged } from '../../compare/merging.js'
import {
  comparisonExtendedSchema,
  comparisonFinishedSchema,
  comparisonMergedSchema,
  comparisonStartedSchema,
  type EventOf,
} from '../../events.js'
import { isSameRun, type Run, runOf } from '../../plan/plan-runs.js'
import { type RunResult, runResultSchema } from '../../protocol/result.js'
import { comparisonFiles } from './files.js'
import { isInUse } from './lock.js'
import { isOwnFolder, linesOf, readFirstLine, readRegular } from './regular-file.js'
import { explainUnreadable } from './unreadable.js'

// The path that the first event names is not read: a comparison's folder may have been moved since. Older folders name
// it `runDirectory`, and say nothing of evidence.
const recordedStartSchema = comparisonStartedSchema
  .partial({ comparisonDirectory: true, evidence: true })
  .extend({ runDirectory: z.string().optional() })

type RecordedStart = z.output<typeof recordedStartSchema>

/** Comparison as its folder is found later, whether it came to an end or not. */
export interface RecordedComparison {
  readonly name: string
  /** Absolute path of the comparison's folder. */
  readonly path: string
  /**
   * Status of the comparison. `interrupted`: nothing says that it ended, and no process works on it. `unreadable`: it ended,
   * and another version of twintune wrote its result, or it is damaged.
   */
  readonly status: Comparison['status'] | 'running' | 'interrupted' | 'unreadable'
  /** Begin of the comparison; its runs are all that are planned, those too of seeds that were added since. */
  readonly started: RecordedStart
  /** Last addition of seeds, where the comparison has not come to its end with them. */
  readonly extended?: EventOf<'comparison-extended'> | undefined
  readonly comparison: Comparison | null
  /** Parts that the comparison was merged from; `null` for a comparison of one part. */
  readonly merged: Merged | null
  /** Looks at the result so far. They are kept where the result itself was deleted. */
  readonly looks: readonly Look[]
  /** Results of the runs in the planned order. Runs that didn't end are missing. */
  readonly results: readonly RunResult[]
}

/**
 * Reads the comparison in a folder; `undefined` when the folder holds none.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND when it can't be read.
 */
export async function readComparison(folder: string): Promise<RecordedComparison | undefined> {
  try {
    return readRecord(path.resolve(folder))
  } catch (error) {
    throw explainUnreadable(
      error,
      'COMPARISON_NOT_FOUND',
      folder,
      'Make the folder and its files readable, or name another comparison.',
    )
  }
}

function readRecord(folder: string): RecordedComparison | undefined {
  const events = path.join(folder, comparisonFiles.events)
  const first = readStart(events)
  if (!first) return undefined
  const text = readRegular(path.join(folder, comparisonFiles.comparison))
  const comparison = parseRecorded(text, comparisonSchema)
  // A comparison has all of its runs in it. There may be many events, and they are read only where it is missing.
  const { extensions, looks, merged } = comparison
    ? { extensions: [], looks: looksAt(comparison), merged: comparison.merged }
    : readEarlier(events)
  const added = comparison
    ? [...comparison.runs, ...comparison.repeats]
    : extensions.flatMap(({ runs }) => runs)
  const started = { ...first, runs: withRuns(first.runs, added) }
  const withoutResult = text === null ? 'interrupted' : 'unreadable'
  return {
    name: path.basename(folder),
    path: folder,
    status: comparison?.status ?? (isInUse(folder) ? 'running' : withoutResult),
    started,
    extended: extensions.at(-1),
    comparison,
    merged,
    looks,
    results: comparison ? [...comparison.runs, ...comparison.repeats] : readResults(folder, started),
  }
}

// There may be many events, and the first says what was begun.
function readStart(file: string): RecordedStart | undefined {
  return parseRecorded(readFirstLine(file), recordedStartSchema) ?? undefined
}

// A result that was told of has been seen, whatever became of its file.
function readEarlier(file: string) {
  const extensions: EventOf<'comparison-extended'>[] = []
  let merged: Merged | null = null
  let looks: readonly Look[] = []
  for (const line of linesOf(file)) {
    const extended = line.startsWith(extensionStart) ? parseRecorded(line, comparisonExtendedSchema) : null
    const finished = line.startsWith(finishStart) ? parseRecorded(line, comparisonFinishedSchema) : null
    const joined = line.startsWith(mergeStart) ? parseRecorded(line, comparisonMergedSchema) : null
    if (extended !== null) extensions.push(extended)
    merged = joined?.merged ?? merged
    looks = extended?.looks ?? joined?.looks ?? (finished ? looksAt(finished.comparison) : looks)
  }
  return { extensions, looks, merged }
}

const extensionStart = '{"type":"comparison-extended"'
const mergeStart = '{"type":"comparison-merged"'
const finishStart = '{"type":"comparison-finished"'

function withRuns(planned: readonly Run[], others: readonly Run[]): Run[] {
  const added = others.filter((other) => !planned.some((run) => isSameRun(run, other)))
  return [...planned, ...added.map(runOf)]
}

/** Reads the results of a comparison's runs from their own folders; one that is missing or damaged is left out. */
export function readResults(folder: string, started: Pick<RecordedStart, 'runs'>): RunResult[] {
  const results = started.runs
    .map((run) => path.join(folder, comparisonFiles.folderOf(run)))
    .filter(isOwnFolder)
    .map((folderOfRun) => readJson(path.join(folderOfRun, comparisonFiles.result), runResultSchema))
  return results.filter((result) => result !== null)
}

function readJson<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> | null {
  return parseRecorded(readRegular(file), schema)
}

/** Parses a JSON text by a schema. What another version of twintune wrote, or no file at all, counts as absent: `null`. */
export function parseRecorded<Schema extends z.ZodType>(
  text: string | null,
  schema: Schema,
): z.output<Schema> | null {
  if (text === null) return null
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return null
  }
}
