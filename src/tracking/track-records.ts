import path from 'node:path'
import type { Comparison } from '../compare/comparison.js'
import type { Event, EventOf } from '../events.js'
import type { Run } from '../plan/plan-runs.js'
import { runOf } from '../plan/plan-runs.js'
import type { TrackRecord } from '../protocol/track.js'
import { verdictLine } from '../report/verdict.js'
import { comparisonFiles } from '../run/folder/files.js'
import { readIfReadable } from '../run/folder/regular-file.js'
import { listOptions } from '../spec/listed-options.js'
import { version } from '../version.js'
import { RunPoints } from './run-points.js'

/** Turns the events of a comparison, from its first one on, into the records that trackers are told. */
export class TrackRecords {
  readonly #folder: string
  readonly #runs = new Map<string, RunPoints>()
  #started: EventOf<'comparison-started'> | null = null
  #isAnnounced = false
  #finished: EventOf<'comparison-finished'> | null = null

  /**
   * @param folder - Absolute path of the comparison's folder, wherever it was when it began.
   */
  constructor(folder: string) {
    this.#folder = folder
  }

  add(event: Event): void {
    switch (event.type) {
      case 'comparison-started':
        this.#started = event
        return
      case 'comparison-resumed':
        this.#finished = null
        for (const run of event.runs) this.#pointsOf(run).hold()
        return
      case 'comparison-finished':
        this.#finished = event
        return
    }
    if ('framework' in event && 'seed' in event && event.framework && event.seed !== undefined)
      this.#pointsOf({ ...event, framework: event.framework, seed: event.seed }).record(event)
  }

  /**
   * Takes what trackers have yet to be told.
   *
   * @param all - Whether points of interrupted runs come too, since nothing more will happen.
   */
  take({ all }: { readonly all: boolean }): TrackRecord[] {
    if (this.#started === null) return []
    const begun = this.#isAnnounced ? [] : [this.#announce(this.#started)]
    this.#isAnnounced = true
    const runs = [...this.#runs.values()].flatMap((points) =>
      points.take({ all: all || this.#finished !== null }),
    )
    const ended = this.#finished ? [endOf(this.#finished)] : []
    this.#finished = null
    return [...begun, ...runs, ...ended]
  }

  #pointsOf(run: Run): RunPoints {
    const name = comparisonFiles.folderOf(run)
    const points = this.#runs.get(name) ?? new RunPoints(name, runOf(run))
    this.#runs.set(name, points)
    return points
  }

  #announce({ experiment, mode, time }: EventOf<'comparison-started'>): TrackRecord {
    const specification = readIfReadable(path.join(this.#folder, comparisonFiles.spec))
    return {
      type: 'comparison',
      name: path.basename(this.#folder),
      folder: this.#folder,
      experiment,
      options: Object.fromEntries(listOptions(specification)),
      tags: { mode, version },
      time: Date.parse(time),
    }
  }
}

function endOf({ comparison, time }: EventOf<'comparison-finished'>): TrackRecord {
  return {
    type: 'comparison-ended',
    status: comparison.status,
    values: valuesOf(comparison),
    tags: tagsOf(comparison),
    summary: verdictLine(comparison),
    time: Date.parse(time),
  }
}

/** Lists the means of both frameworks and their differences with their intervals, by the names of the metrics. */
function valuesOf({ metrics, throughput }: Comparison): Record<string, number> {
  const compared = Object.entries(metrics).flatMap(([metric, { tensorflow, pytorch, difference }]) => [
    [`tensorflow/${metric}`, tensorflow?.mean],
    [`pytorch/${metric}`, pytorch?.mean],
    [`difference/${metric}`, difference?.mean],
    [`difference/${metric}/low`, difference?.interval?.[0]],
    [`difference/${metric}/high`, difference?.interval?.[1]],
  ])
  const speeds = [
    ['tensorflow/imagesPerSecond', throughput.tensorflow?.mean],
    ['pytorch/imagesPerSecond', throughput.pytorch?.mean],
    ['ratio/imagesPerSecond', throughput.ratio?.mean],
  ]
  return Object.fromEntries([...compared, ...speeds].filter(([, value]) => value !== undefined))
}

function tagsOf({ status, primaryMetric, metrics, contract }: Comparison): Record<string, string> {
  const { verdict, reason } = metrics[primaryMetric].difference ?? {}
  return {
    status,
    primaryMetric,
    ...(verdict != null && { verdict }),
    ...(reason != null && { reason }),
    ...Object.fromEntries(contract.map(({ ingredient, state }) => [`contract.${ingredient}`, state])),
  }
}
