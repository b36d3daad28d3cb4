import type { Comparison } from '../compare/comparison.js'
import {
  countRuns,
  disturbanceNotes,
  peakMemory,
  profileGroups,
  profileNotes,
  renderMeasures,
  secondsInAll,
  trainingSpeed,
} from './measures.js'
import { finishedRuns } from './runs.js'
import type { Style } from './style.js'

/** Renders the figures of time and memory that most people ask for; `null` when no run finished. */
export function renderSpeedSummary({ runs }: Comparison, style: Style): string | null {
  const finished = finishedRuns(runs)
  if (finished.length === 0) return null
  const measures = [
    { ...trainingSpeed, label: 'training, images a second' },
    { ...secondsInAll, label: 'a run in all, seconds' },
    { ...peakMemory, label: 'peak memory, MiB' },
  ]
  const groups = [{ title: '', measures }, ...profileGroups(finished)]
  const notes = [
    `Means of ${countRuns(finished)}, with the largest memory.`,
    ...profileNotes(finished),
    ...disturbanceNotes(finished),
  ]
  return renderMeasures(groups, notes, finished, style)
}
