import path from 'node:path'
import { comparisonFiles } from '../run/folder/files.js'
import type { RecordedComparison } from '../run/folder/read.js'
import { readIfReadable } from '../run/folder/regular-file.js'
import { visible } from '../visible.js'
import { lineColors } from './colors.js'

/** Comparison as it is laid beside others. */
export interface Side
  extends Pick<RecordedComparison, 'name' | 'status' | 'started' | 'comparison' | 'results'> {
  /** Specification with every default filled in, as YAML; null where it can't be read. */
  readonly specification: string | null
}

/** Number of comparisons that can be told apart in one chart. */
export const mostSideBySide = lineColors.length

/** Reads what is shown of a comparison beside others. */
export function readSide(found: RecordedComparison): Side {
  const { name, status, started, comparison, results } = found
  const specification = readIfReadable(path.join(found.path, comparisonFiles.spec))
  return { ...visible({ name, status, started, comparison, results }), specification }
}
