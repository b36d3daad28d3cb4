import type { Comparison } from '../compare/comparison.js'
import type { Event } from '../events.js'
import { TwintuneError } from '../failure.js'
import type { RunResult } from '../protocol/result.js'
import type { Framework } from '../spec/schema.js'
import type { Environment, Inspection } from './environment.js'
import type { RunFolder } from './run-folder.js'

/** Keeps what happens in the run folder, and tells of it only when it is kept. */
export class Journal {
  readonly #folder: RunFolder
  readonly #emit: (event: Event) => void
  readonly #broken = new AbortController()
  readonly #results: RunResult[] = []
  #environment: Environment

  constructor(folder: RunFolder, environment: Environment, emit: (event: Event) => void) {
    this.#folder = folder
    this.#environment = environment
    this.#emit = emit
    this.#keep(() => folder.writeEnvironment(environment))
  }

  /** Aborted, with the error as its reason, once something could not be kept: then the work has to stop. */
  get broken(): AbortSignal {
    return this.#broken.signal
  }

  /** What the runs came to, in the order of their ends. */
  get results(): readonly RunResult[] {
    return this.#results
  }

  event(event: Event): void {
    this.#keep(() => {
      this.#folder.append(event)
      this.#emit(event)
    })
  }

  /** What the framework finds on this machine. */
  inspection(framework: Framework, inspection: Inspection): void {
    this.#noteEnvironment({ frameworks: { ...this.#environment.frameworks, [framework]: inspection } })
  }

  /** The end of a run, whichever it was. */
  result(result: RunResult): void {
    this.#results.push(result)
    this.#keep(() => this.#folder.writeResult(result))
    this.#noteFacts(result)
    this.#keep(() => this.event(endOfRun(result)))
  }

  /** The end of all runs. */
  comparison(comparison: Comparison): void {
    this.#keep(() => this.#folder.writeComparison(comparison))
    this.event({ type: 'comparison-finished', time: now(), runDirectory: this.#folder.path, comparison })
  }

  // The first run that finished speaks for all: the contract says where others differ.
  #noteFacts({ facts }: RunResult): void {
    if (facts && this.#environment.dataset === undefined) {
      this.#noteEnvironment({ dataset: facts.split, weights: facts.weights })
    }
  }

  #noteEnvironment(more: Partial<Environment>): void {
    this.#environment = { ...this.#environment, ...more }
    this.#keep(() => this.#folder.writeEnvironment(this.#environment))
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

/** The time as events have it. */
export function now(): string {
  return new Date().toISOString()
}

function endOfRun(result: RunResult): Event {
  const { framework, seed, status, failure } = result
  if (status === 'finished') return { type: 'run-finished', time: now(), framework, seed, result }
  if (failure === null)
    throw new TwintuneError({ code: 'INTERNAL', message: 'A run failed without a failure.' })
  return { type: 'run-failed', time: now(), framework, seed, status, failure }
}
