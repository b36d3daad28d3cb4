import type { Event, EventOf } from '../events.js'
import type { Framework } from '../spec/schema.js'
import { runLabel } from './event-text.js'
import { unreachable } from './unreachable.js'

/** A run that is going on, in the events that say where it is. */
export interface LiveRun {
  readonly framework: Framework
  readonly seed: number
  /** Its place among the seeds of its framework, from 1. */
  readonly place: number
  readonly seeds: number
  readonly phase: EventOf<'phase-started'> | null
  /** The last finished epoch. */
  readonly epoch: EventOf<'epoch'> | null
  /** What it is doing now. */
  readonly now: EventOf<'run-started' | 'stage' | 'phase-started' | 'step'>
}

/** A framework that has runs to come and none going on. */
export interface LiveWorker {
  readonly framework: Framework
  /** `null` until something is known of its worker. */
  readonly now: EventOf<'worker'> | null
}

type RunKey = Pick<LiveRun, 'framework' | 'seed'>

/** What is going on at this moment, by run and by framework: the runs of a comparison may be parallel. */
export class LiveBoard {
  #planned: readonly RunKey[] = []
  readonly #ended = new Set<string>()
  readonly #runs = new Map<string, LiveRun>()
  readonly #workers = new Map<Framework, EventOf<'worker'>>()

  update(event: Event): void {
    switch (event.type) {
      case 'comparison-started':
      case 'comparison-resumed':
        this.#planned = event.runs
        return
      case 'worker':
        this.#workers.set(event.framework, event)
        return
      case 'run-started':
        this.#runs.set(runLabel(event), this.#startOf(event))
        return
      case 'stage':
      case 'step':
        this.#change(event, { now: event })
        return
      case 'phase-started':
        this.#change(event, { now: event, phase: event, epoch: null })
        return
      case 'epoch':
        this.#change(event, { epoch: event })
        return
      case 'run-finished':
      case 'run-failed':
        this.#runs.delete(runLabel(event))
        this.#ended.add(runLabel(event))
        return
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

  /** In the order of the plan's frameworks: what goes on in each, or what its worker is doing. */
  lines(): (LiveRun | LiveWorker)[] {
    const frameworks = [...new Set(this.#planned.map((run) => run.framework))]
    return frameworks.flatMap((framework): (LiveRun | LiveWorker)[] => {
      const runs = this.#seedsOf(framework).flatMap(
        (seed) => this.#runs.get(runLabel({ framework, seed })) ?? [],
      )
      if (runs.length > 0) return runs
      const someToCome = this.#seedsOf(framework).some(
        (seed) => !this.#ended.has(runLabel({ framework, seed })),
      )
      return someToCome ? [{ framework, now: this.#workers.get(framework) ?? null }] : []
    })
  }

  #startOf(event: EventOf<'run-started'>): LiveRun {
    const { framework, seed } = event
    const seeds = this.#seedsOf(framework)
    return {
      framework,
      seed,
      place: seeds.indexOf(seed) + 1,
      seeds: seeds.length,
      phase: null,
      epoch: null,
      now: event,
    }
  }

  #change(of: RunKey, change: Partial<LiveRun>): void {
    const run = this.#runs.get(runLabel(of))
    if (run !== undefined) this.#runs.set(runLabel(of), { ...run, ...change })
  }

  #seedsOf(framework: Framework): number[] {
    return this.#planned.filter((run) => run.framework === framework).map((run) => run.seed)
  }
}
