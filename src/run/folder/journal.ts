import type { Comparison } from '../../compare/comparison.js'
import type { Answers } from '../../compare/complete-comparison.js'
import type { Event } from '../../events.js'
import { runOf } from '../../plan/plan-runs.js'
import type { Inspection } from '../../protocol/inspect.js'
import type { RunResult } from '../../protocol/result.js'
import type { Framework } from '../../spec/schema.js'
import type { MachineRecord } from '../machine/record.js'
import type { ComparisonFolder } from './comparison-folder.js'

/** Journal of a comparison: keeps what happens in its folder, and tells of it only when it is kept. */
export class Journal {
  readonly #folder: ComparisonFolder
  readonly #emit: (event: Event) => void
  readonly #broken = new AbortController()
  readonly #results: RunResult[]
  #machine: MachineRecord

  /**
   * @param kept - Results of runs that had finished before, in an earlier process.
   */
  constructor(
    folder: ComparisonFolder,
    machine: MachineRecord,
    kept: readonly RunResult[],
    emit: (event: Event) => void,
  ) {
    this.#folder = folder
    this.#machine = machine
    this.#results = [...kept]
    this.#emit = emit
    this.#keep(() => folder.writeMachine(machine))
  }

  /** Signal that is aborted, with the error as its reason, once something could not be kept: the work has to stop. */
  get broken(): AbortSignal {
    return this.#broken.signal
  }

  /** Results of the runs, in the order of their ends. */
  get results(): readonly RunResult[] {
    return this.#results
  }

  event(event: Event): void {
    this.#keep(() => {
      this.#folder.append(event)
      this.#emit(event)
    })
  }

  /** Keeps what a framework found on this machine. */
  inspection(framework: Framework, inspection: Inspection): void {
    this.#noteMachine({ frameworks: { ...this.#machine.frameworks, [framework]: inspection } })
  }

  /** Keeps and tells the end of a run, whichever it was. */
  result(result: RunResult): void {
    this.#results.push(result)
    this.#keep(() => this.#folder.writeResult(result))
    this.#noteFacts(result)
    this.event(endOfRun(result))
  }

  /** Keeps where the frameworks disagree, and warns of answers that could not be compared. */
  answers({ between, problems }: Answers): void {
    if (between.length > 0) {
      this.#keep(() => this.#folder.writeDisagreements({ schemaVersion: 1, seeds: [...between] }))
    }
    for (const problem of problems) this.event({ type: 'warning', time: now(), ...problem })
  }

  /** Keeps and tells the comparison, at the end of all runs. */
  comparison(comparison: Comparison): void {
    this.#keep(() => this.#folder.writeComparison(comparison))
    this.event({
      type: 'comparison-finished',
      time: now(),
      comparisonDirectory: this.#folder.path,
      comparison,
    })
  }

  // The first run that finished speaks for all: the contract says where others differ.
  #noteFacts({ facts }: RunResult): void {
    if (facts && this.#machine.dataset === undefined) {
      this.#noteMachine({ dataset: facts.split, weights: facts.weights })
    }
  }

  #noteMachine(more: Partial<MachineRecord>): void {
    this.#machine = { ...this.#machine, ...more }
    this.#keep(() => this.#folder.writeMachine(this.#machine))
  }

  // Progress arrives where no one could catch an error, so that it is held here and the work told to stop.
  #keep(write: () => void): void {
    if (this.broken.aborted) return
    try {
      write()
    } catch (error) {
      this.#broken.abort(error)
    }
  }
}

/** Present time, as events have it. */
export function now(): string {
  return new Date().toISOString()
}

function endOfRun(result: RunResult): Event {
  const run = runOf(result)
  if (result.status === 'finished') return { type: 'run-finished', time: now(), ...run, result }
  const { status, failure } = result
  return { type: 'run-failed', time: now(), ...run, status, failure }
}
