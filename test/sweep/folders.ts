import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Sweep } from '../../src/sweep/record.js'
import { sweepRecord } from '../report/sweep-record.js'

/** Writes the folder of a sweep, as far as lists and pages read it. */
export function writeSweep(
  runsDirectory: string,
  name: string,
  {
    sweep = sweepRecord(),
    spec = specOf('optuna'),
  }: { readonly sweep?: Sweep | null; readonly spec?: string } = {},
): string {
  const folder = path.join(runsDirectory, name)
  mkdirSync(folder, { recursive: true })
  const { experiment, startedAt: time, frameworks, trials } = sweep ?? sweepRecord()
  const events = [
    { type: 'sweep-started', time, experiment, sweepDirectory: folder, frameworks, trials: 5 },
    ...(sweep === null ? trials.slice(0, 3) : trials).map((result) => {
      return { type: 'trial-ended', time, result }
    }),
  ]
  writeFileSync(
    path.join(folder, 'events.jsonl'),
    events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  )
  writeFileSync(path.join(folder, 'spec.yaml'), spec)
  if (sweep !== null) writeFileSync(path.join(folder, 'sweep.json'), JSON.stringify(sweep))
  return folder
}

/** Writes the lines of a specification that lists read. */
export function specOf(strategy: string): string {
  return `mode: aligned\nsweep:\n  strategy: ${strategy}\n`
}
