import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { processesWith } from '../left-behind.js'
import { runCommand, stepVariable } from './run-command.js'
import { keyOf, type Outcome, State } from './state.js'
import type { Step } from './step.js'

export interface SessionOptions {
  /** Folder of the state, of every step's output and of the page. */
  readonly folder: string
  /** Folder that the commands run in. */
  readonly cwd: string
  /** Commit that the steps are carried out at, in words for people. */
  readonly commit: string
  /** Variables that every command gets. */
  readonly env?: Readonly<Record<string, string>>
  /** Minutes after which no further step begins. */
  readonly minutes: number
  readonly signal: AbortSignal
  /** Callback that gets a line for people. */
  readonly say: (line: string) => void
}

/** Step with its outcome. */
export interface Ended {
  readonly step: Step
  readonly outcome: Outcome
  /** Whether an earlier call carried it out. */
  readonly isEarlier: boolean
}

/** One call of `make gpu`: carries steps out one after the other, and keeps how each ended. */
export class Session {
  readonly ended: Ended[] = []
  readonly #options: SessionOptions
  readonly #state: State
  readonly #start = performance.now()

  constructor(options: SessionOptions) {
    mkdirSync(path.join(options.folder, 'steps'), { recursive: true })
    this.#options = options
    this.#state = new State(options.folder)
    // A call that was killed could not end what it had started, which would take the devices from what comes now.
    for (const name of this.#state.running()) this.#endLeftOver(name)
  }

  /** Path of a file of a step, of what it printed. */
  fileOf(step: Pick<Step, 'name'>, kind: 'stdout' | 'stderr'): string {
    return fileOf(this.#options.folder, step, kind)
  }

  /** Standard output of a step, of this call or of an earlier one; empty where there is none. */
  stdoutOf(step: Pick<Step, 'name'>): string {
    const file = this.fileOf(step, 'stdout')
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }

  /**
   * Whether an earlier call has done a step under the same conditions, and its output is there still.
   *
   * @param conditions - Versions, devices and the like that the step's result depends on beside its command.
   */
  isDone(step: Step, conditions: readonly string[]): boolean {
    const before = this.#state.of(step.name)
    if (before?.state !== 'done' || before.key !== keyOf(step, conditions)) return false
    if (step.isRepeated || step.leftOut) return false
    return [this.fileOf(step, 'stdout'), this.fileOf(step, 'stderr'), ...wantedOf(step)].every(existsSync)
  }

  /**
   * How an earlier call has ended a step under the same conditions; null where it has not, or the step can't be carried out
   * now.
   */
  endedBefore(step: Step, conditions: readonly string[]): Ended | null {
    const outcome = this.#state.of(step.name)
    if (step.leftOut || outcome === null) return null
    if (outcome.state === 'running' || outcome.key !== keyOf(step, conditions)) return null
    return { step, outcome, isEarlier: true }
  }

  /**
   * Carries a step out, unless it is done already; a failure stops nothing.
   *
   * @param conditions - Versions, devices and the like that the step's result depends on beside its command.
   * @param laterMinutes - Minutes that the steps after it may take. A step may take up to twice its own minutes from what
   *   is left beside them; none where it is unknown.
   */
  async carryOut(
    step: Step,
    conditions: readonly string[],
    laterMinutes = Number.POSITIVE_INFINITY,
  ): Promise<Outcome> {
    const key = keyOf(step, conditions)
    const before = this.endedBefore(step, conditions)
    if (before && this.isDone(step, conditions)) return this.#keep(before, 'done before')
    const reason = step.leftOut ?? this.#whyNoTime()
    // How it ended says more than that it was not tried again.
    if (before && reason !== null)
      return this.#keep(before, `${before.outcome.state} before, and not tried again (${reason})`)
    const outcome = reason === null ? await this.#run(step, key, laterMinutes) : this.#leftOut(key, reason)
    // What is left out takes the place of nothing: a later call may find again what an earlier one has done.
    if (reason === null) this.#state.set(step.name, outcome)
    this.ended.push({ step, outcome, isEarlier: false })
    const { state } = outcome
    this.#options.say(
      `${step.name}: ${state === 'running' ? 'broken off' : state}${outcome.reason === null ? '' : ` (${outcome.reason})`}`,
    )
    return outcome
  }

  #keep(before: Ended, words: string): Outcome {
    this.#options.say(`${before.step.name}: ${words}`)
    this.ended.push(before)
    return before.outcome
  }

  async #run(step: Step, key: string, laterMinutes: number): Promise<Outcome> {
    const { cwd, signal, say, commit } = this.#options
    const limitSeconds = this.#limitOf(step, laterMinutes)
    const startedAt = new Date().toISOString()
    const start = performance.now()
    const running = {
      ...({ key, state: 'running', reason: null, exitCode: null } as const),
      ...{ startedAt, seconds: 0, commit },
    }
    this.#state.set(step.name, running)
    for (const left of step.leaves ?? []) rmSync(left, { recursive: true, force: true })
    say(`${step.name}: ${step.command.join(' ')} (at most ${Math.ceil(limitSeconds / 60)} min)`)
    const stdout = this.fileOf(step, 'stdout')
    const stderr = this.fileOf(step, 'stderr')
    const end = await runCommand({
      command: step.command,
      ...{ cwd, stdout, stderr, limitSeconds, signal },
      env: { ...this.#options.env, ...step.env },
      place: this.#placeOf(step),
    })
    this.#endLeftOver(step.name)
    const seconds = (performance.now() - start) / 1000
    // A step that was broken off has no end: the next call carries it out.
    if (signal.aborted) return { ...running, seconds }
    const { exitCode } = end
    const told = `${readFileSync(stdout, 'utf8')}\n${readFileSync(stderr, 'utf8')}`
    const reason = end.isTimedOut
      ? `no end after ${Math.round(limitSeconds)} s${end.isStuck ? ', and it went on although it was killed' : ''}`
      : whyFailed(step, end, told)
    const state = end.isTimedOut ? 'timed out' : reason === null ? 'done' : 'failed'
    return { key, state, reason, exitCode, startedAt, seconds, commit }
  }

  #limitOf({ minutes }: Step, laterMinutes: number): number {
    const left = this.#secondsLeft()
    const spare = left - 60 * laterMinutes
    return Math.min(left, Math.max(60 * minutes, Math.min(spare, 120 * minutes)))
  }

  #secondsLeft(): number {
    return 60 * this.#options.minutes - (performance.now() - this.#start) / 1000
  }

  #whyNoTime(): string | null {
    if (this.#options.signal.aborted) return 'make gpu was broken off before it'
    // A step that has no minute would only be seen to time out.
    return this.#secondsLeft() < 60
      ? `the ${this.#options.minutes} minutes of one call were over: the next call of make gpu carries it out`
      : null
  }

  #leftOut(key: string, reason: string): Outcome {
    const { commit } = this.#options
    const startedAt = new Date().toISOString()
    return { key, state: 'left out', reason, exitCode: null, startedAt, seconds: 0, commit }
  }

  #endLeftOver(name: string): void {
    for (const pid of processesWith(stepVariable, this.#placeOf({ name }))) endProcess(pid)
  }

  #placeOf(step: Pick<Step, 'name'>): string {
    return path.join(this.#options.folder, 'steps', step.name)
  }
}

/** Path of a file of a step in the folder of `make gpu`. */
export function fileOf(
  folder: string,
  { name }: Pick<Step, 'name'>,
  kind: 'stdout' | 'stderr' | 'xml',
): string {
  return path.join(folder, 'steps', `${name}.${kind === 'xml' ? 'xml' : `${kind}.txt`}`)
}

function wantedOf({ leaves = [], refusal }: Step): readonly string[] {
  return refusal ? [] : leaves
}

function whyFailed(
  step: Step,
  { exitCode, problem }: { readonly exitCode: number | null; readonly problem: string | null },
  told: string,
): string | null {
  const { refusal } = step
  if (problem !== null) return problem
  if (exitCode !== (refusal?.exitCode ?? 0))
    return `exit code ${exitCode}${refusal ? `, where ${refusal.exitCode} was to come` : ''}`
  if (refusal && !told.includes(refusal.word)) return `it was refused without the word ${refusal.word}`
  const missing = wantedOf(step).find((file) => !existsSync(file))
  return missing === undefined ? null : `it ended well and left no ${missing}`
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}
