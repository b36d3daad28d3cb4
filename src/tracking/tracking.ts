import type { Event } from '../events.js'
import { type Failure, toFailure } from '../failure.js'
import type { TrackNews, TrackRecord } from '../protocol/track.js'
import { EventTail } from '../run/folder/event-tail.js'
import { findPython } from '../worker/interpreter.js'
import { filesToKeep } from './artefacts.js'
import { CsvFile } from './csv-file.js'
import { TrackRecords } from './track-records.js'
import { TrackerProcess } from './tracker-process.js'
import { namesOf, type TrackerName, type Trackers } from './trackers.js'

/** Milliseconds within which events are gathered before trackers are told of them, but for the end of a run. */
const gathering = 10_000
/** Milliseconds that the import of the trackers' packages may keep a comparison waiting. */
const mostImporting = 60_000
/** Milliseconds that a comparison waits at its end for its trackers. */
const mostEnding = 30_000
/** Milliseconds where trained models are handed over too, or where nothing else waits. */
const mostEndingUnhurried = 600_000

/** Problem of a tracker, which gets nothing more. */
export interface TrackerProblem {
  readonly tracker: TrackerName
  readonly failure: Failure
}

/** Place at which a tracker keeps a comparison. */
export interface TrackerPlace {
  readonly tracker: TrackerName
  readonly place: string
}

export interface TrackingOptions {
  readonly onProblem: (problem: TrackerProblem) => void
  readonly onPlace?: (place: TrackerPlace) => void
}

/**
 * Trackers of a comparison. Their source is `events.jsonl` in its folder, from the first event on: a comparison that is resumed,
 * or ended long ago, is tracked as one that goes on. A tracker that fails is told of once and left out; nothing here
 * throws.
 */
export class Tracking {
  readonly #trackers: Trackers
  readonly #options: TrackingOptions
  readonly #process: TrackerProcess | null
  #csv: CsvFile | null = null
  #source: { readonly folder: string; readonly tail: EventTail; readonly records: TrackRecords } | null = null
  #toldAt = 0
  readonly #failed = new Set<TrackerName>()
  /** Trackers that have got everything. */
  readonly #done = new Set<TrackerName>()

  private constructor(trackers: Trackers, options: TrackingOptions) {
    this.#trackers = trackers
    this.#options = options
    this.#process = this.#startProcess()
  }

  /** Starts what the trackers need, so that no run has to share the machine with the import of their packages. */
  static async open(trackers: Trackers, options: TrackingOptions): Promise<Tracking> {
    const tracking = new Tracking(trackers, options)
    await tracking.#process?.ready(mostImporting)
    return tracking
  }

  /** Begins with the comparison in a folder. */
  begin(folder: string): void {
    this.#source = { folder, tail: new EventTail(folder), records: new TrackRecords(folder) }
    this.#toldAt = Date.now()
    if (!this.#trackers.csv) return
    this.#attempt('csv', () => {
      this.#csv = new CsvFile(folder)
      this.#options.onPlace?.({ tracker: 'csv', place: this.#csv.file })
    })
  }

  /**
   * Tells the trackers what has happened since the last time, where it is time to. A comparison's times are measured, so that
   * within a run it seldom is.
   */
  notice(event: Event): void {
    if (event.type === 'comparison-started' || event.type === 'comparison-resumed')
      this.begin(event.comparisonDirectory)
    const isDue = Date.now() - this.#toldAt >= gathering
    if (isDue || ['run-finished', 'run-failed', 'comparison-finished'].includes(event.type)) this.tell()
  }

  /** Tells the trackers what has happened since the last time. */
  tell({ all = false } = {}): void {
    this.#toldAt = Date.now()
    try {
      for (let events = this.#source?.tail.next(); events; events = this.#source?.tail.next())
        for (const event of events) this.#source?.records.add(event)
      for (const record of this.#source?.records.take({ all }) ?? []) this.#send(record)
    } catch (error) {
      this.#failAll(toFailure(error))
    }
  }

  /** Hands the rest and the files of the comparison over, and waits for the trackers, but not for ever. */
  async end({ isHurried = true } = {}): Promise<void> {
    this.tell({ all: true })
    const { models = false } = this.#trackers.mlflow ?? {}
    this.#sendFiles({ models })
    this.#closeCsv()
    const reason = await this.#process?.end(isHurried && !models ? mostEnding : mostEndingUnhurried)
    const failure = failureOf(
      `It has not got all of the comparison: its Python ${reason ?? 'ended too early'}.`,
    )
    for (const name of namesOf(this.#trackers))
      if (name !== 'csv' && !this.#done.has(name)) this.#fail(name, failure)
  }

  #sendFiles({ models }: { readonly models: boolean }): void {
    if (!this.#source) return
    try {
      for (const file of filesToKeep(this.#source.folder, { models })) this.#send({ type: 'file', ...file })
    } catch (error) {
      // The folder may have been deleted meanwhile.
      this.#failAll(failureOf(toFailure(error).message))
    }
  }

  #closeCsv(): void {
    try {
      this.#csv?.close()
    } catch (error) {
      this.#fail('csv', failureOf(toFailure(error).message))
    }
    this.#csv = null
  }

  #startProcess(): TrackerProcess | null {
    const { tensorboard = false, mlflow, wandb } = this.#trackers
    if (!tensorboard && !mlflow && !wandb) return null
    const process = new TrackerProcess({ python: findPython('tracking'), onNews: (news) => this.#hear(news) })
    process.tell({
      type: 'trackers',
      tensorboard,
      mlflow: mlflow ? { uri: mlflow.uri ?? null, experiment: mlflow.experiment ?? null } : null,
      wandb: wandb ? { project: wandb.project ?? null } : null,
    })
    return process
  }

  #hear(news: TrackNews): void {
    if (news.type === 'place') this.#options.onPlace?.({ tracker: news.tracker, place: news.place })
    if (news.type === 'done') this.#done.add(news.tracker)
    if (news.type === 'problem') {
      const { tracker, code, message, hint } = news
      this.#fail(tracker, { code, message, hint, cause: null })
    }
  }

  #send(record: TrackRecord): void {
    this.#process?.tell(record)
    this.#attempt('csv', () => this.#csv?.tell(record))
  }

  #attempt(tracker: TrackerName, work: () => void): void {
    if (this.#failed.has(tracker)) return
    try {
      work()
    } catch (error) {
      this.#fail(tracker, failureOf(error instanceof Error ? error.message : String(error)))
    }
  }

  #failAll(failure: Failure): void {
    for (const tracker of namesOf(this.#trackers)) this.#fail(tracker, failure)
  }

  #fail(tracker: TrackerName, failure: Failure): void {
    if (this.#failed.has(tracker)) return
    this.#failed.add(tracker)
    this.#options.onProblem({ tracker, failure })
  }
}

function failureOf(message: string): Failure {
  return { code: 'TRACKER_FAILED', message, hint: null, cause: null }
}
