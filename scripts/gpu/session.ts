import { existsSync, mkdirSync, readFileSync } from 'node:fs'
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
    for (const name of this.#state.running()) this.#endLeftOver(name)
  }

  /** Path of a file of a step: of what it printed, or of what it wrote. */
  fileOf(step: Pick<Step, 'name'>, kind: 'stdout' | 'stderr' | 'xml'): string {
    return fileOf(this.#options.folder, step, kind)
  }

  /** Standard output of a step, of this call or of an earlier one; empty where there is none. */
  stdoutOf(step: Pick<Step, 'name'>): string {
    const file = this.fileOf(step, 'stdout')
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }

  /**
   * Carries a step out, unless it is done already under the same conditions; a failure stops nothing.
   *
   * @param conditions - What the step's result depends on beside its command.
   */
  async carryOut(step: Step, conditions: readonly string[]): Promise<Outcome> {
    const { say } = this.#options
    const key = keyOf(step, conditions)
    const before = this.#state.of(step.name)
    if (before?.state === 'done' && before.key === key && !step.isRepeated && !step.leftOut) {
      say(`${step.name}: done before`)
      this.ended.push({ step, outcome: before, isEarlier: true })
      return before
    }
    const reason = step.leftOut ?? this.#whyNoTime()
    const outcome = reason === null ? await this.#run(step, key) : leftOut(key, reason)
    this.#state.set(step.name, outcome)
    this.ended.push({ step, outcome, isEarlier: false })
    say(`${step.name}: ${outcome.state}${outcome.reason === null ? '' : ` (${outcome.reason})`}`)
    return outcome
  }

  async #run(step: Step, key: string): Promise<Outcome> {
    const { cwd, signal, say } = this.#options
    const limitSeconds = Math.min(60 * step.minutes, this.#secondsLeft())
    const startedAt = new Date().toISOString()
    const start = performance.now()
    const running = { key, state: 'running', reason: null, exitCode: null, startedAt, seconds: 0 } as const
    this.#state.set(step.name, running)
    say(`${step.name}: ${step.command.join(' ')} (at most ${Math.ceil(limitSeconds / 60)} min)`)
    const stdout = this.fileOf(step, 'stdout')
    const stderr = this.fileOf(step, 'stderr')
    const place = this.#placeOf(step)
    const env = { ...this.#options.env, ...step.env }
    const end = await runCommand({
      command: step.command,
      cwd,
      env,
      stdout,
      stderr,
      limitSeconds,
      place,
      signal,
    })
    const seconds = (performance.now() - start) / 1000
    // A step that was broken off has no end: the next call carries it out.
    if (signal.aborted) return { ...running, seconds }
    const { exitCode } = end
    const told = `${readFileSync(stdout, 'utf8')}\n${readFileSync(stderr, 'utf8')}`
    const reason = end.isTimedOut ? `no end after ${Math.round(limitSeconds)} s` : whyFailed(step, end, told)
    const state = end.isTimedOut ? 'timed out' : reason === null ? 'done' : 'failed'
    return { key, state, reason, exitCode, startedAt, seconds }
  }

  #secondsLeft(): number {
    return 60 * this.#options.minutes - (performance.now() - this.#start) / 1000
  }

  #whyNoTime(): string | null {
    if (this.#options.signal.aborted) return 'it was broken off before'
    // A step that has no minute would only be seen to time out.
    return this.#secondsLeft() < 60
      ? `the ${this.#options.minutes} minutes of one call are over: call it again, and it goes on here`
      : null
  }

  // A call that was killed could not end what it had started, which would take the devices from what comes now.
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

function leftOut(key: string, reason: string): Outcome {
  const startedAt = new Date().toISOString()
  return { key, state: 'left out', reason, exitCode: null, startedAt, seconds: 0 }
}

function whyFailed(
  { refusal }: Step,
  { exitCode, problem }: { readonly exitCode: number | null; readonly problem: string | null },
  told: string,
): string | null {
  if (problem !== null) return problem
  if (exitCode !== (refusal?.exitCode ?? 0))
    return `exit code ${exitCode}${refusal ? `, where ${refusal.exitCode} was to come` : ''}`
  if (refusal && !told.includes(refusal.word)) return `it was refused without the word ${refusal.word}`
  return null
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}
