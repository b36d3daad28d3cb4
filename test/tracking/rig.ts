import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Event } from '../../src/events.js'
import type { Framework } from '../../src/spec/schema.js'
import { trackComparison } from '../../src/tracking/track-comparison.js'
import type { Trackers } from '../../src/tracking/trackers.js'
import { at, compareEvents, comparisonDirectory, runEvents } from '../log/events.js'
import { recordedIn } from '../serve/rig.js'

/** Row of metrics.csv by its columns, all as texts. */
export type Row = Readonly<Record<string, string>>

/** Sends trackers the comparison in a folder. */
export async function track(folder: string, trackers: Trackers) {
  return trackComparison(await recordedIn(folder), trackers, new AbortController().signal)
}

/** Rows of the metrics.csv in a comparison's folder. Nothing in these tables has to be quoted. */
export function rowsOf(folder: string): Row[] {
  const [header = '', ...lines] = readFileSync(path.join(folder, 'metrics.csv'), 'utf8').trim().split('\n')
  const columns = header.split(',')
  return lines.map((line) => {
    const values = line.split(',')
    return Object.fromEntries(columns.map((column, index) => [column, values[index] ?? '']))
  })
}

const run = { framework: 'pytorch', seed: 0 } as const

export interface Interruption {
  /** Whether the run began anew, and not from the end of its first epoch. */
  readonly anew: boolean
  /** Whether the run's node was lost, and not this machine's process. */
  readonly moved?: boolean
}

/** A run that was interrupted in its second epoch and went on from the end of its first, or anew. */
export function interruptedEvents({ anew, moved = false }: Interruption): Event[] {
  const all = runEvents(run.framework, run.seed, 5)
  const end = all.findIndex((event) => event.type === 'epoch')
  // A step more of the second epoch than the run then goes on to.
  const before = all.slice(0, end + 3)
  const first = all[end]
  if (first?.type !== 'epoch') throw new Error('There is no epoch.')
  const {
    type: _,
    time: _time,
    framework: _framework,
    seed: _seed,
    epochs: _epochs,
    repeat: _repeat,
    ...record
  } = first
  const phase = all.filter((event) => event.type === 'phase-started')
  const resumed: Event = {
    type: 'run-resumed',
    time: at(41),
    ...run,
    phase: 1,
    epoch: 1,
    step: 0,
    epochs: [record],
  }
  const [started] = compareEvents()
  if (started?.type !== 'comparison-started') throw new Error('There is no beginning.')
  const resumedByHand: Event[] = [
    {
      type: 'comparison-resumed',
      time: at(40),
      experiment: 'fashion-frozen',
      mode: 'aligned',
      comparisonDirectory,
      evidence: started.evidence,
      runs: [run],
      kept: 0,
    },
    { type: 'run-started', time: at(40.5), ...run, workerPid: 1, pythonPid: 2 },
  ]
  const movedOn: Event[] = [
    { type: 'run-placed', time: at(40), ...run, node: 'two', pid: 2, movedFrom: 'one' },
  ]
  return [
    { ...started, runs: [run] },
    ...before,
    ...(moved ? movedOn : resumedByHand),
    ...(anew ? phase : [resumed, ...phase]),
    ...all.slice(anew ? all.findIndex((event) => event.type === 'step') : end + 1),
  ]
}

/** The metric of a run in a table, as pairs of step and value. */
export function curve(rows: readonly Row[], metric: string, framework: Framework = 'pytorch', seed = 0) {
  return rows
    .filter((row) => row.metric === metric && row.framework === framework && row.seed === String(seed))
    .map((row) => [Number(row.step), Number(row.value)])
}
