import type { Comparison } from '../compare/comparison.js'
import { profileGroups, profileNotes, renderMeasures, speedMeasures, speedNotes } from './measures.js'
import { finishedRuns } from './runs.js'
import type { Style } from './style.js'

/** Renders the figures of time and memory that most people ask for; `null` when no run finished. */
export function renderSpeedSummary({ runs }: Comparison, style: Style): string | null {
  const finished = finishedRuns(runs)
  if (finished.length === 0) return null
  const groups = [{ title: '', measures: speedMeasures }, ...profileGroups(finished)]
  const notes = [...speedNotes(finished), ...profileNotes(finished)]
  return renderMeasures(groups, notes, finished, style)
}
