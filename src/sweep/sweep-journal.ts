import type { SweepPlan, TrialRun } from '../plan/plan-sweep.js'
import type { Inspection } from '../protocol/inspect.js'
import { now } from '../run/folder/journal.js'
import type { MachineRecord } from '../run/machine/record.js'
import type { Experiment, Framework } from '../spec/schema.js'
import type { SweepEvent } from './events.js'
import { bestTrial, budgetOf, winnerOf } from './rank.js'
import type { Importance, Sweep, SweepFinal, Trial, TrialRecord } from './record.js'
import type { SweepFolder } from './sweep-folder.js'

/** Journal of a sweep: keeps what happens in its folder, and tells of it only when it is kept. */
export class SweepJournal {
  readonly #folder: SweepFolder
  readonly #emit: (event: SweepEvent) => void
  readonly #broken = new AbortController()
  readonly #plan: SweepPlan
  readonly #trials: Trial[]
  #sweep: Pick<Sweep, 'experiment' | 'startedAt' | 'status' | 'importance' | 'final'>
  #machine: MachineRecord
  #writtenAt = 0

  /**
   * @param kept - Trials that had ended before, in an earlier process.
   */
  constructor(
    {
      folder,
      plan,
      machine,
      kept,
      specification,
      startedAt,
    }: {
      readonly folder: SweepFolder
      readonly plan: SweepPlan
      readonly machine: MachineRecord
      readonly kept: readonly TrialRecord[]
      readonly specification: Pick<Experiment, 'name'>
      readonly startedAt: string
    },
    emit: (event: SweepEvent) => void,
  ) {
    this.#folder = folder
    this.#plan = plan
    this.#machine = machine
    this.#trials = kept.map(withoutHistory)
    this.#sweep = {
      experiment: specification.name,
      startedAt,
      status: 'running',
      importance: [],
      final: null,
    }
    this.#emit = emit
    this.#keep(() => {
      folder.writeMachine(machine)
      folder.writeSweep(this.sweep)
    })
  }

  /** Signal that is aborted, with the error as its reason, once something could not be kept: the work has to stop. */
  get broken(): AbortSignal {
    return this.#broken.signal
  }

  /** Sweep as it is now. */
  get sweep(): Sweep {
    const { settings, metric, direction, frameworks, seed } = this.#plan
    const trials = this.#trials.toSorted(byNumber)
    const best = frameworks.flatMap((framework) => {
      const found = bestTrial(this.#plan, framework, trials)
      return found ? [{ framework, trial: found.trial }] : []
    })
    return {
      schemaVersion: 1,
      ...this.#sweep,
      ...{ frameworks: [...frameworks], settings, metric, direction, seed, trials, best },
      winner: settings.search === 'paired' ? winnerOf(this.#plan, trials) : null,
      budget: budgetOf(this.#plan, trials),
    }
  }

  event(event: SweepEvent): void {
    this.#keep(() => {
      this.#folder.append(event)
      this.#emit(event)
    })
  }

  /** Keeps what a framework found on this machine. */
  inspection(framework: Framework, inspection: Inspection): void {
    const frameworks = { ...this.#machine.frameworks, [framework]: inspection }
    this.#machine = { ...this.#machine, frameworks }
    this.#keep(() => this.#folder.writeMachine(this.#machine))
  }

  /** Keeps and tells the end of a trial, whichever it was. */
  trial(run: TrialRun, record: TrialRecord): void {
    const result = withoutHistory(record)
    this.#trials.push(result)
    this.#keep(() => this.#folder.writeTrial(run, record))
    this.event({ type: 'trial-ended', time: now(), result })
    // A sweep of many trials would spend its time on writing all of them again with each.
    if (performance.now() - this.#writtenAt < 1000) return
    this.#keep(() => this.#folder.writeSweep(this.sweep))
    this.#writtenAt = performance.now()
  }

  /** Keeps the importance of the parameters. */
  importance(importance: readonly Importance[]): void {
    this.#sweep = { ...this.#sweep, importance: [...importance] }
    this.#keep(() => this.#folder.writeSweep(this.sweep))
  }

  /** Keeps and tells the end of the sweep. */
  end(status: Exclude<Sweep['status'], 'running'>, final: SweepFinal | null): void {
    this.#sweep = { ...this.#sweep, status, final }
    this.#keep(() => this.#folder.writeSweep(this.sweep))
    this.event({
      type: 'sweep-finished',
      time: now(),
      sweepDirectory: this.#folder.path,
      sweep: this.sweep,
    })
  }

  // Progress arrives where no one could catch an error, so that it is held here and the work told to stop.
  #keep(write: () => void): void {
    if (this.broken.aborted) return
    try {
      write()
    } catch (error) {
      this.break(error)
    }
  }

  /** Ends the work because of an error that is no trial's own. */
  break(error: unknown): void {
    this.#broken.abort(error)
  }
}

function withoutHistory({ history: _, ...trial }: TrialRecord): Trial {
  return trial
}

function byNumber(one: Trial, other: Trial): number {
  return one.trial - other.trial || (one.framework < other.framework ? 1 : -1)
}
