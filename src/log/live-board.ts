import type { Event, EventOf } from '../events.js'
import { isSameRun, type Run, runOf } from '../plan/plan-runs.js'
import type { Framework } from '../spec/schema.js'
import { runLabel } from './event-text.js'
import { unreachable } from './unreachable.js'

/** Run that is going on, with the events that say where it is. */
export interface LiveRun extends Run {
  /** Place of the run among the runs of its framework, from 1. */
  readonly place: number
  readonly runs: number
  readonly phase: EventOf<'phase-started'> | null
  /** Event of the last finished epoch. */
  readonly epoch: EventOf<'epoch'> | null
  /** Training losses of the finished epochs, of all phases; NaN for one that isn't finite. */
  readonly epochLosses: readonly number[]
  /** Losses of the steps that were told of before the second epoch had ended. */
  readonly stepLosses: readonly number[]
  /** Event that says what the run is doing now. */
  readonly now: EventOf<'run-started' | 'stage' | 'phase-started' | 'step'>
}

/** Framework that has no run going on: it has runs to come, or judges runs of the other. */
export interface LiveWorker {
  readonly framework: Framework
  /** Event that says what its worker is doing; `null` until something is known of it. */
  readonly now: EventOf<'worker' | 'judging'> | null
}

/** Board of all that is going on at this moment, by run and by framework: the runs of a comparison may be parallel. */
export class LiveBoard {
  #planned: readonly Run[] = []
  readonly #ended = new Set<string>()
  readonly #runs = new Map<string, LiveRun>()
  readonly #workers = new Map<Framework, EventOf<'worker' | 'judging'>>()

  update(event: Event): void {
    switch (event.type) {
      case 'comparison-started':
      case 'comparison-resumed':
        this.#planned = event.runs
        return
      case 'worker':
      case 'judging':
        this.#workers.set(event.framework, event)
        return
      case 'run-started':
        this.#runs.set(runLabel(event), this.#startOf(event))
        return
      case 'run-placed':
        if (event.movedFrom !== null)
          this.#change(event, () => ({ phase: null, epoch: null, epochLosses: [], stepLosses: [] }))
        return
      case 'stage':
        this.#change(event, () => ({ now: event }))
        return
      case 'step':
        this.#change(event, ({ stepLosses, epochLosses }) => ({
          now: event,
          stepLosses: epochLosses.length < 2 ? [...stepLosses, event.loss] : [],
        }))
        return
      case 'phase-started':
        this.#change(event, () => ({ now: event, phase: event, epoch: null }))
        return
      case 'epoch':
        this.#change(event, ({ epochLosses }) => ({
          epoch: event,
          epochLosses: [...epochLosses, event.train.loss ?? Number.NaN],
        }))
        return
      case 'run-finished':
      case 'run-failed':
        this.#runs.delete(runLabel(event))
        this.#ended.add(runLabel(event))
        return
      case 'comparison-extended':
      case 'comparison-merged':
      case 'run-resumed':
      case 'phase-finished':
      case 'evaluation':
      case 'checkpoint':
      case 'warning':
      case 'comparison-finished':
        return
      default:
        unreachable(event)
    }
  }

  /** Lists what goes on in each framework, in the order of the plan: its runs, or what its worker is doing. */
  lines(): (LiveRun | LiveWorker)[] {
    const frameworks = [...new Set(this.#planned.map((run) => run.framework))]
    return frameworks.flatMap((framework): (LiveRun | LiveWorker)[] => {
      const planned = this.#runsOf(framework)
      const runs = planned.flatMap((run) => this.#runs.get(runLabel(run)) ?? [])
      if (runs.length > 0) return runs
      const now = this.#workers.get(framework) ?? null
      const someToCome = planned.some((run) => !this.#ended.has(runLabel(run)))
      return someToCome || now?.type === 'judging' ? [{ framework, now }] : []
    })
  }

  #startOf(event: EventOf<'run-started'>): LiveRun {
    const planned = this.#runsOf(event.framework)
    return {
      ...runOf(event),
      place: planned.findIndex((run) => isSameRun(run, event)) + 1,
      runs: planned.length,
      phase: null,
      epoch: null,
      epochLosses: [],
      stepLosses: [],
      now: event,
    }
  }

  #change(of: Run, change: (run: LiveRun) => Partial<LiveRun>): void {
    const run = this.#runs.get(runLabel(of))
    if (run !== undefined) this.#runs.set(runLabel(of), { ...run, ...change(run) })
  }

  #runsOf(framework: Framework): Run[] {
    return this.#planned.filter((run) => run.framework === framework)
  }
}
