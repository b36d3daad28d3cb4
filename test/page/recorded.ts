import type { RecordedComparison } from '../../src/run/folder/read.js'
import { compareEvents } from '../log/events.js'
import { comparison } from '../report/comparison.js'

/** A finished comparison as it is found in a folder, where tests put the files that they are about. */
export function recorded(path: string, changes: Partial<RecordedComparison> = {}): RecordedComparison {
  const [started] = compareEvents()
  if (started?.type !== 'comparison-started') throw new Error('no start')
  return {
    name: 'pets',
    path,
    status: 'finished',
    started,
    comparison: comparison(),
    merged: null,
    looks: [],
    results: [],
    ...changes,
  }
}
