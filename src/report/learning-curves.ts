import { mean } from '../compare/summary.js'
import type { EpochRecord, FinishedRun } from '../protocol/result.js'

// Figures over the epochs of several runs, which the page draws and the terminal summarises.

/** Reads a figure of an epoch; null where the epoch has none. */
export type ReadEpoch = (epoch: EpochRecord) => number | null

/** Mean of a figure over the runs that have an epoch, and the least and the largest of them. */
export interface Point {
  /** Number of the epoch over all phases, from 1. */
  readonly epoch: number
  readonly mean: number
  readonly least: number
  readonly largest: number
}

/** Epoch of a phase. */
export type Place = Pick<EpochRecord, 'phase' | 'epoch'>

// Early stopping ends a phase of one run sooner than that of another.
/** Lists the epochs that any of the runs has, in the order in which runs go through them. */
export function placesOf(runs: readonly Pick<FinishedRun, 'epochs'>[]): Place[] {
  const places = runs.flatMap(({ epochs }) => epochs.map(({ phase, epoch }) => ({ phase, epoch })))
  const distinct = new Map(places.map((place) => [`${place.phase}/${place.epoch}`, place]))
  return [...distinct.values()].toSorted((a, b) => a.phase - b.phase || a.epoch - b.epoch)
}

/** Gives the points of the curve of a figure over the epochs, without the epochs of which no run has the figure. */
export function pointsOf(
  runs: readonly Pick<FinishedRun, 'epochs'>[],
  places: readonly Place[],
  read: ReadEpoch,
): Point[] {
  return places
    .map(({ phase, epoch }, index) => {
      const values = runs.flatMap(({ epochs }) => {
        const found = epochs.find((record) => record.phase === phase && record.epoch === epoch)
        return found === undefined ? [] : (read(found) ?? [])
      })
      return {
        epoch: index + 1,
        mean: mean(values),
        least: Math.min(...values),
        largest: Math.max(...values),
      }
    })
    .filter((point) => Number.isFinite(point.mean))
}
