import path from 'node:path'
import { findAltered } from '../run/folder/altered.js'
import type { RecordedComparison } from '../run/folder/read.js'
import { visible } from '../visible.js'
import type { CommandContext } from './context.js'

/** Warns of the files of a comparison that have other results than its events. */
export function warnOfAltered(found: RecordedComparison, context: CommandContext): void {
  for (const file of findAltered(found))
    context.stderr(
      `warning ${visible(path.join(found.path, file))} is not what was written, or its events are not: they have other results.`,
    )
}
