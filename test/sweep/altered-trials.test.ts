import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { findAlteredTrials } from '../../src/sweep/altered-trials.js'
import type { TrialRecord } from '../../src/sweep/record.js'
import { temporary } from './rig.js'

const time = '2026-11-28T18:00:00.000Z'
const record: TrialRecord = {
  ...{ trial: 2, framework: 'pytorch', status: 'finished', values: { 'training.batchSize': 32 } },
  ...{ objective: 0.4, epochs: 1, seconds: 2, failure: null, history: [] },
}
const { history: _, ...result } = record
const started = { type: 'trial-started', time, trial: 2, framework: 'pytorch', values: record.values }
const ended = { type: 'trial-ended', time, result }

describe('the record of a trial', () => {
  it('counts where the events tell of the same end', () => {
    expect(alteredAfter([started, ended], record)).toEqual([])
  })

  it('is named where it has another objective than the events', () => {
    const altered = alteredAfter([started, ended], { ...record, objective: 0.999 })
    expect(altered).toEqual([path.join('trials', '002', 'pytorch', 'trial.json')])
  })

  it('counts where the process was killed before the events told of its end', () => {
    expect(alteredAfter([started], record)).toEqual([])
    const cancelled = { ...ended, result: { ...result, status: 'cancelled', objective: null } }
    expect(alteredAfter([started, cancelled, started], record)).toEqual([])
  })
})

let folders = 0

function alteredAfter(events: readonly object[], found: TrialRecord): string[] {
  folders += 1
  const folder = path.join(temporary, `altered-${folders}`)
  mkdirSync(folder)
  writeFileSync(
    path.join(folder, 'events.jsonl'),
    events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  )
  return findAlteredTrials(folder, { records: [found], sweep: null })
}
