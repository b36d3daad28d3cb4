import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { toFailure } from '../../src/failure.js'
import type { Experiment } from '../../src/spec/schema.js'
import { type Behaviours, ending, eventsOf, eventsOfMerging, readJson, temporary } from './rig.js'

/** Seeds of the comparison that is divided. */
export const seeds = [0, 1, 2, 3]

export const evidence = { replay: 'first', crossEvaluation: true } as const

/** The folder of a shard that came to its end. */
export async function shard(
  number: number,
  of: number,
  subject: Experiment,
  behaviours: Behaviours = {},
): Promise<string> {
  const events = await eventsOf(subject, behaviours, { shard: { number, of }, evidence })
  return ending(events).comparisonDirectory
}

/** A copy of a comparison's folder, in which something is changed. */
export function changed(folder: string, name: string, change: (copy: string) => void): string {
  const copy = path.join(temporary, 'changed', name)
  cpSync(folder, copy, { recursive: true })
  change(copy)
  return copy
}

/** Changes some fields of a JSON file in a comparison's folder. */
export function edit(file: string, change: (content: Record<string, unknown>) => object): void {
  writeFileSync(file, JSON.stringify(change(readJson(file))))
}

/** Changes the text of a file in a comparison's folder. */
export function editText(folder: string, name: string, change: (text: string) => string): void {
  const file = path.join(folder, name)
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}

/** The failure of a merge. */
export async function refusal(folders: readonly string[]) {
  return toFailure(await eventsOfMerging(folders).catch((error: unknown) => error))
}
