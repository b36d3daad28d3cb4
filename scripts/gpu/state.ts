import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import * as z from 'zod'
import type { Step } from './step.js'

export const outcomeSchema = z.strictObject({
  /** Digest of all that the step's result depends on. */
  key: z.string(),
  /** `running` is what a killed process leaves. */
  state: z.enum(['running', 'done', 'failed', 'timed out', 'left out']),
  /** Why the step was left out, or how it failed; null where it is done. */
  reason: z.string().nullable(),
  exitCode: z.int().nullable(),
  startedAt: z.iso.datetime(),
  seconds: z.number(),
  /** Commit that the step was carried out at. */
  commit: z.string(),
})

/** How a step ended. */
export type Outcome = z.output<typeof outcomeSchema>

const stateSchema = z.strictObject({
  schemaVersion: z.literal(2),
  steps: z.record(z.string(), outcomeSchema),
})

/** Outcomes of the steps by their names, in a file that is written anew with each of them. */
export class State {
  readonly #file: string
  readonly #steps: Record<string, Outcome>

  /** Reads the state in a folder; a file that can't be read is no state, since all of it can be made again. */
  constructor(folder: string) {
    this.#file = path.join(folder, 'state.json')
    this.#steps = readSteps(this.#file)
  }

  /** Outcome of a step, of this call or of an earlier one. */
  of(name: string): Outcome | null {
    return this.#steps[name] ?? null
  }

  /** Names of the steps that a call was killed in. */
  running(): string[] {
    return Object.keys(this.#steps).filter((name) => this.#steps[name]?.state === 'running')
  }

  /** Keeps the outcome of a step. */
  set(name: string, outcome: Outcome): void {
    this.#steps[name] = outcome
    const state: z.input<typeof stateSchema> = { schemaVersion: 2, steps: this.#steps }
    writeFileAtomic.sync(this.#file, `${JSON.stringify(state, null, 2)}\n`)
  }
}

function readSteps(file: string): Record<string, Outcome> {
  if (!existsSync(file)) return {}
  try {
    return stateSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).steps
  } catch {
    return {}
  }
}

/**
 * Digest of what a step's result depends on: its command, its variables, and the conditions that it shares with others, such
 * as the code, the versions and the devices.
 */
export function keyOf({ command, env = {}, refusal }: Step, conditions: readonly string[]): string {
  const inputs = JSON.stringify([command, Object.entries(env).toSorted(), refusal ?? null, conditions])
  return createHash('sha256').update(inputs).digest('hex').slice(0, 16)
}
