import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Comparison } from '../../compare/comparison.js'
import { type Event, eventSchema } from '../../events.js'
import { isSameRun, type Run } from '../../plan/plan-runs.js'
import type { RunResult } from '../../protocol/result.js'
import { comparisonFiles } from './files.js'
import { type RecordedComparison, readResults } from './read.js'
import { linesOf } from './regular-file.js'

/**
 * Finds the results in a comparison's folder that aren't those that were written. The events have all of them again: a
 * digit that was changed in one of two files is no result any more.
 *
 * @returns Names of the files within the folder.
 * @throws The system's error when the events can't be read.
 */
export function findAltered({ path: folder, started, comparison, results }: RecordedComparison): string[] {
  const told = readEnds(path.join(folder, comparisonFiles.events))
  // A comparison has the results of its runs in it. One whose end was not told is held against the ends of its runs.
  const isSame =
    comparison === null ||
    (told.comparison === null
      ? !results.some((result) => isOther(result, told.results))
      : isDeepStrictEqual(told.comparison, comparison))
  const alteredResults = readResults(folder, started)
    .filter((result) => isOther(result, told.results))
    .map((result) => path.join(comparisonFiles.folderOf(result), comparisonFiles.result))
  return [...(isSame ? [] : [comparisonFiles.comparison]), ...alteredResults]
}

interface Ends {
  readonly results: RunResult[]
  comparison: Comparison | null
}

/** Reads how the runs and the comparison ended, by the events; a later end of a run stands for an earlier one. */
function readEnds(file: string): Ends {
  const ends: Ends = { results: [], comparison: null }
  const forget = (run: Run): void => {
    const known = ends.results.findIndex((result) => isSameRun(result, run))
    if (known >= 0) ends.results.splice(known, 1)
  }
  for (const line of linesOf(file)) {
    // There are many steps and few ends, which alone are parsed.
    if (!/^\{"type":"(run-started|run-finished|comparison-\w+)"/.test(line)) continue
    const event = parseEvent(line)
    if (event?.type === 'run-started') forget(event)
    else if (event?.type === 'run-finished') ends.results.push(event.result)
    else ends.comparison = event?.type === 'comparison-finished' ? event.comparison : null
  }
  return ends
}

// A line that was torn, or changed itself, says nothing.
function parseEvent(line: string): Event | null {
  try {
    return eventSchema.parse(JSON.parse(line))
  } catch {
    return null
  }
}

// A process that was killed between the two writings has left a result and no event.
function isOther(result: RunResult, told: readonly RunResult[]): boolean {
  const other = told.find((candidate) => isSameRun(candidate, result))
  return other !== undefined && !isDeepStrictEqual(other, result)
}
