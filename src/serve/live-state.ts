import picocolors from 'picocolors'
import type { Event } from '../events.js'
import { LiveBoard } from '../log/live-board.js'
import { OnceLogger } from '../log/once-logger.js'
import { PlainLogger } from '../log/plain-logger.js'
import { VisibleLogger } from '../log/visible-logger.js'
import type { RunOfEpochs } from '../page/charts/curves-chart.js'
import { mostLogLines } from '../page/served/live-page.js'
import type { LiveView, RunState } from '../page/served/live-view.js'
import { isSameRun, type Run, runOf, seedLabel } from '../plan/plan-runs.js'
import type { EpochRecord } from '../protocol/result.js'
import { seedCount, totalSeconds } from '../report/runs.js'
import type { RecordedComparison } from '../run/folder/read.js'
import { visible } from '../visible.js'
import { describeActivity } from './activity.js'

/** Line of the log, with the number of the event that it tells of. */
interface LogLine {
  readonly event: number
  readonly text: string
}

/** Run as far as it has come. */
interface KnownRun {
  readonly run: Run
  readonly state: RunState['state']
  readonly result: RunState['result']
  readonly failure: string | null
  readonly epochs: readonly EpochRecord[]
}

/** State of a comparison after the events so far, from which the live page is drawn. */
export class LiveState {
  readonly #recorded: Pick<RecordedComparison, 'name' | 'path' | 'started'>
  #board = new LiveBoard()
  readonly #logger: VisibleLogger
  #runs: KnownRun[]
  #log: LogLine[] = []
  #events = 0
  #hasEnded = false

  constructor(recorded: Pick<RecordedComparison, 'name' | 'path' | 'started'>) {
    this.#recorded = recorded
    this.#runs = recorded.started.runs.map(newRun)
    // The lines are those that a log file of the command would have.
    const keep = (text: string) => this.#keep(text)
    this.#logger = new VisibleLogger(
      new OnceLogger(new PlainLogger({ write: keep }, picocolors.createColors(false))),
    )
  }

  /** Number of events so far, which is also the number of the last one. */
  get events(): number {
    return this.#events
  }

  /** Whether the last event said that the comparison has ended. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Lines of the log about events after that number; without older ones than the page keeps. */
  logAfter(event: number): string[] {
    return this.#log.filter((line) => line.event > event).map(({ text }) => text)
  }

  update(event: Event): void {
    this.#events += 1
    this.#hasEnded = event.type === 'comparison-finished'
    // Runs that were going on when an earlier process was stopped go on no longer.
    if (event.type === 'comparison-resumed') this.#board = new LiveBoard()
    this.#board.update(event)
    this.#logger.log(event)
    switch (event.type) {
      case 'comparison-resumed':
        for (const run of event.runs) this.#change(run, newRun(run))
        return
      case 'comparison-extended':
        for (const run of event.runs) if (!this.#find(run)) this.#runs = [...this.#runs, newRun(run)]
        return
      case 'run-started':
        this.#change(event, { ...newRun(runOf(event)), state: 'running' })
        return
      case 'run-placed':
        // What has not come into a checkpoint is done again on the other node.
        if (event.movedFrom !== null) this.#change(event, { epochs: [] })
        return
      case 'run-resumed':
        this.#change(event, { epochs: event.epochs })
        return
      case 'epoch': {
        const { type: _, time: __, framework, seed, repeat, epochs: ___, ...record } = event
        const run = { framework, seed, repeat }
        this.#change(run, { epochs: [...(this.#find(run)?.epochs ?? []), record] })
        return
      }
      case 'run-finished': {
        const { test, seconds } = event.result
        const result = { accuracy: test.accuracy, loss: test.loss, seconds: totalSeconds(seconds) }
        this.#change(event, { state: 'finished', result })
        return
      }
      case 'run-failed':
        this.#change(event, {
          state: event.status,
          failure: event.status === 'failed' ? event.failure.message : null,
        })
        return
      default:
        return
    }
  }

  view(status: LiveView['status']): LiveView {
    const isLeft = status === 'interrupted' || status === 'unreadable'
    const { name, path: directory, started } = this.#recorded
    return {
      experiment: visible(started.experiment),
      name,
      directory,
      mode: started.mode,
      shard: started.shard ?? null,
      seeds: seedCount({ runs: this.#runs.map(({ run }) => run) }),
      startedAt: started.time,
      status,
      activities: isLeft ? [] : this.#board.lines().map(describeActivity),
      runs: this.#runs.map(({ run, state, result, failure }) => ({
        framework: run.framework,
        seed: seedLabel(run),
        state: state === 'running' && isLeft ? 'waiting' : state,
        result,
        failure: visible(failure),
      })),
      curves: this.#curves(),
    }
  }

  // A repeat shows the noise, and has no part in the curves of the report either.
  #curves(): RunOfEpochs[] {
    return this.#runs
      .filter(({ run, epochs }) => !run.repeat && epochs.length > 0)
      .map(({ run, epochs }) => ({ framework: run.framework, epochs: [...epochs] }))
  }

  #keep(text: string): void {
    const lines = text.trimEnd().split('\n')
    this.#log = [...this.#log, ...lines.map((line) => ({ event: this.#events, text: line }))].slice(
      -mostLogLines,
    )
  }

  #find(of: Run): KnownRun | undefined {
    return this.#runs.find(({ run }) => isSameRun(run, of))
  }

  #change(of: Run, change: Partial<KnownRun>): void {
    this.#runs = this.#runs.map((known) => (isSameRun(known.run, of) ? { ...known, ...change } : known))
  }
}

function newRun(run: Run): KnownRun {
  return { run: runOf(run), state: 'waiting', result: null, failure: null, epochs: [] }
}
