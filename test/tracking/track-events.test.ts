import { rmSync } from 'node:fs'
import { afterEach, expect, it, vi } from 'vitest'
import type { Event } from '../../src/events.js'
import { trackEvents } from '../../src/tracking/track-events.js'
import { compareEvents } from '../log/events.js'
import { temporaryFolder, writeComparison } from '../serve/rig.js'
import { rowsOf } from './rig.js'

const runs = temporaryFolder()
afterEach(() => vi.unstubAllEnvs())

async function* replay(events: readonly Event[]): AsyncGenerator<Event> {
  yield* events
}

async function collect(events: AsyncIterable<Event>): Promise<Event[]> {
  const collected: Event[] = []
  for await (const event of events) collected.push(event)
  return collected
}

it.each([
  { python: '/nowhere/python', what: 'is not there' },
  { python: '/bin/false', what: 'ends at once' },
])('warns once of each tracker whose Python $what, and yields all that happens', async ({ python }) => {
  vi.stubEnv('TWINTUNE_PYTHON_TRACKING', python)
  const folder = writeComparison(runs, `gone${python.length}`, compareEvents())
  const events = compareEvents().map((event) =>
    'comparisonDirectory' in event ? { ...event, comparisonDirectory: folder } : event,
  )
  const seen = await collect(
    trackEvents(replay(events), { csv: true, tensorboard: true, mlflow: { uri: 'http://127.0.0.1:9' } }),
  )
  expect(seen.filter(({ type }) => type !== 'warning')).toEqual(events)
  const warnings = seen.filter((event) => event.type === 'warning')
  expect(warnings.map(({ code, message }) => [code, message.split(':')[0]])).toEqual([
    ['TRACKER_FAILED', 'TensorBoard gets no more'],
    ['TRACKER_FAILED', 'MLflow gets no more'],
  ])
  // A tracker that works is not held up by those that don't.
  expect(rowsOf(folder).length).toBeGreaterThan(100)
})

it('warns, and ends as ever, where the folder of the comparison is gone before the end', async () => {
  const folder = writeComparison(runs, 'deleted', compareEvents())
  const events = compareEvents().map((event) =>
    'comparisonDirectory' in event ? { ...event, comparisonDirectory: folder } : event,
  )
  const seen: Event[] = []
  for await (const event of trackEvents(replay(events), { csv: true })) {
    seen.push(event)
    if (event.type === 'comparison-finished') rmSync(folder, { recursive: true })
  }
  expect(seen.filter(({ type }) => type !== 'warning')).toEqual(events)
  expect(seen.filter((event) => event.type === 'warning')).toMatchObject([{ code: 'TRACKER_FAILED' }])
})
