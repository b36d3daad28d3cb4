import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it, vi } from 'vitest'
import type { Event } from '../../src/events.js'
import { untilGone } from '../processes.js'
import { carryOut, ending, experiment, ofType, readJson, runName } from './rig.js'

// Cancelling an experiment, by its signal or by leaving the loop.

it('stops the run at work, begins no other, and marks the folder', async () => {
  const controller = new AbortController()
  const events: Event[] = []
  for await (const event of carryOut(
    experiment(),
    { 'tensorflow-0': 'wait' },
    { signal: controller.signal },
  )) {
    events.push(event)
    if (event.type === 'stage') controller.abort()
  }
  const { comparisonDirectory, comparison } = ending(events)
  expect(comparison.runs.map((run) => run.status)).toEqual(Array(4).fill('cancelled'))
  expect(ofType(events, 'run-started').map(runName)).toEqual(['tensorflow 0'])
  expect(readJson(comparisonDirectory, 'comparison.json')).toMatchObject({ status: 'cancelled' })
  expect(readJson(comparisonDirectory, 'tensorflow-seed0', 'result.json')).toMatchObject({
    status: 'cancelled',
  })
  await untilGone(...ofType(events, 'run-started').flatMap((event) => [event.workerPid, event.pythonPid]))
})

it('works while a framework is still being imported', async () => {
  const controller = new AbortController()
  const events: Event[] = []
  for await (const event of carryOut(
    experiment(),
    { 'import-pytorch': 'wait' },
    { signal: controller.signal },
  )) {
    events.push(event)
    if (event.type === 'worker' && event.state === 'importing') controller.abort()
  }
  expect(ending(events).comparison.status).toBe('cancelled')
})

it('does not wait for the statistics, and says so although every run has finished', async () => {
  const controller = new AbortController()
  const events: Event[] = []
  for await (const event of carryOut(
    experiment({ seeds: [0] }),
    { 'paired-difference': 'hang' },
    { signal: controller.signal },
  )) {
    events.push(event)
    if (ofType(events, 'run-finished').length === 2 && !controller.signal.aborted) {
      await untilSaid(
        'paired-difference hangs',
        ofType(events, 'comparison-started')[0]?.comparisonDirectory ?? '',
      )
      controller.abort()
    }
  }
  const { comparisonDirectory, comparison } = ending(events)
  expect(comparison.runs.map((run) => run.status)).toEqual(['finished', 'finished'])
  expect(comparison.metrics.accuracy).toMatchObject({ tensorflow: { mean: 0.75 }, difference: null })
  expect(readJson(comparisonDirectory, 'comparison.json')).toMatchObject({ status: 'cancelled' })
  await untilGone(...ofType(events, 'run-started').flatMap((event) => [event.workerPid, event.pythonPid]))
})

it('happens when the reader leaves the loop, which waits for the workers', async () => {
  const pids: number[] = []
  let comparisonDirectory = ''
  for await (const event of carryOut(experiment(), { 'tensorflow-0': 'wait' })) {
    if (event.type === 'comparison-started') comparisonDirectory = event.comparisonDirectory
    if (event.type === 'run-started') pids.push(event.workerPid, event.pythonPid)
    if (event.type === 'stage') break
  }
  expect(readJson(comparisonDirectory, 'comparison.json')).toMatchObject({ status: 'cancelled' })
  await untilGone(...pids)
})

async function untilSaid(text: string, comparisonDirectory: string): Promise<void> {
  const logs = ['tensorflow.log', 'pytorch.log'].map((name) => path.join(comparisonDirectory, name))
  await vi.waitFor(
    () => expect(logs.filter(existsSync).some((log) => readFileSync(log, 'utf8').includes(text))).toBe(true),
    { timeout: 20_000 },
  )
}
