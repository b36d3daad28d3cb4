import { expect, it } from 'vitest'
import { failedTrialsNote } from '../../src/report/sweep-words.js'
import { eventStream } from '../../src/run/event-stream.js'
import type { SweepEvent } from '../../src/sweep/events.js'
import { isWorthAnotherTry } from '../../src/sweep/failed-trials.js'
import { resumeSweep } from '../../src/sweep/resume-sweep.js'
import { ending, eventsOf, experiment, optionsOf } from './rig.js'

it('trials that failed are tried again when the sweep is resumed, and the best is chosen among all', async () => {
  // Without batches of 32, which fail, another trial is the best.
  const first = ending(
    await eventsOf(experiment({ strategy: 'optuna', trials: 6 }), { bad: 32 }, { final: true }),
  )
  const failed = first.sweep.trials.filter(isWorthAnotherTry)
  expect(failed.length).toBeGreaterThan(0)
  expect(failedTrialsNote(first.sweep, 'pets')).toMatch(
    /trials failed, and the best settings were chosen without them\. Trials 0 .*told to fail.* run: twintune sweep --resume pets$/,
  )

  const events: SweepEvent[] = []
  const resuming = eventStream<SweepEvent>((emit, signal) =>
    resumeSweep(first.sweepDirectory, optionsOf({}, { final: true }), emit, signal),
  )
  for await (const event of resuming) events.push(event)
  const { sweep } = ending(events)
  const resumed = events.find((event) => event.type === 'sweep-resumed')
  expect(resumed).toMatchObject({ kept: first.sweep.trials.length - failed.length })
  expect(sweep.trials.map(({ status }) => status)).toEqual(Array(14).fill('finished'))
  expect(sweep.final).not.toBeNull()
  expect(failedTrialsNote(sweep, 'pets')).toBeNull()
})

it.each([
  ['PYTHON_DIED', true],
  ['LOSS_NOT_FINITE', false],
  ['SPEC_INVALID', false],
] as const)('a trial that failed by %s is tried again: %s', (code, isTried) => {
  const failure = { code, message: '', hint: null, cause: null }
  expect(isWorthAnotherTry({ status: 'failed', failure })).toBe(isTried)
})
