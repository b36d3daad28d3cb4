import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { WarmWorkers } from '../../../src/run/workers/warm-workers.js'
import { untilGone } from '../../processes.js'
import { type Behaviours, ending, eventsOf, experiment, ofType, workerStarter } from '../rig.js'

const all: WarmWorkers[] = []
afterEach(() => Promise.all(all.splice(0).map((workers) => workers.stop())))

it('carry out the next comparison too, with neither a start nor an import', async () => {
  const workers = warmWorkers()
  const first = await comparisonOn(workers)
  const second = await comparisonOn(workers)
  expect(second.pids).toEqual(first.pids)
  expect(second.states.toSorted()).toEqual(['pytorch ready', 'tensorflow ready'])
})

it('write what they print, native code and children too, to the log of the comparison at hand', async () => {
  const workers = warmWorkers()
  const behaviours: Behaviours = { 'tensorflow-0': 'speak' }
  const first = await comparisonOn(workers, behaviours)
  const second = await comparisonOn(workers, behaviours)
  for (const { comparisonDirectory } of [first, second]) {
    const log = readFileSync(path.join(comparisonDirectory, 'tensorflow.log'), 'utf8')
    expect(log.split('\n').filter((line) => line.startsWith('tensorflow-0'))).toEqual([
      'tensorflow-0 speaks',
      "tensorflow-0's child speaks",
    ])
    expect(existsSync(path.join(comparisonDirectory, 'pytorch.log'))).toBe(true)
  }
})

it('look at the machine anew for each comparison', async () => {
  const workers = warmWorkers()
  const [first, second] = [await comparisonOn(workers), await comparisonOn(workers)]
  const inspections = [first, second].map(({ comparisonDirectory }) => {
    const { frameworks } = JSON.parse(
      readFileSync(path.join(comparisonDirectory, 'environment.json'), 'utf8'),
    )
    return frameworks.pytorch.availableMemoryBytes
  })
  expect(inspections).toEqual([1, 2])
})

it('are fresh ones where the waiting ones imported what another mode needs', async () => {
  const workers = warmWorkers()
  const first = await comparisonOn(workers)
  const second = await comparisonOn(workers, {}, 'idiomatic')
  expect(second.pids.filter((pid) => first.pids.includes(pid))).toEqual([])
  expect((await comparisonOn(workers)).pids).toEqual(first.pids)
})

it('are replaced when they have died in a run, or waiting', async () => {
  const workers = warmWorkers()
  const first = await comparisonOn(workers, { 'pytorch-1': 'die' })
  expect(first.status).toBe('failed')
  const [tensorflow, pytorch] = first.pids
  process.kill(tensorflow as number, 'SIGKILL')
  await untilGone(tensorflow)
  const second = await comparisonOn(workers)
  expect(second.status).toBe('finished')
  expect(second.pids).not.toContain(tensorflow)
  expect(second.pids).not.toContain(pytorch)
})

it('are had by one comparison alone', async () => {
  const workers = warmWorkers()
  const first = await comparisonOn(workers)
  const both = await Promise.all([comparisonOn(workers), comparisonOn(workers)])
  const [one = [], other = []] = both.map(({ pids }) => pids)
  expect(one.filter((pid) => other.includes(pid))).toEqual([])
  expect([...one, ...other]).toEqual(expect.arrayContaining(first.pids))
})

it('are stopped together, and one that comes later with them', async () => {
  const workers = warmWorkers()
  const { pids } = await comparisonOn(workers)
  await workers.stop()
  await untilGone(...pids)
  await untilGone(...(await comparisonOn(workers)).pids)
})

function warmWorkers(): WarmWorkers {
  const workers = WarmWorkers.none()
  all.push(workers)
  return workers
}

/** Carries an experiment out; gives the Pythons that did it, TensorFlow's first, and what the workers were seen to do. */
async function comparisonOn(
  workers: WarmWorkers,
  behaviours: Behaviours = {},
  mode: 'aligned' | 'idiomatic' = 'aligned',
) {
  const backbone = mode === 'aligned' ? 'resnet18' : 'resnet50'
  const events = await eventsOf(
    experiment({ mode, model: { backbone, weights: 'random' } }),
    {},
    { workers, startWorker: workerStarter(behaviours) },
  )
  const started = ofType(events, 'run-started').toSorted((a, b) => b.framework.localeCompare(a.framework))
  const { comparisonDirectory, comparison } = ending(events)
  return {
    pids: [...new Set(started.map(({ pythonPid }) => pythonPid))],
    states: ofType(events, 'worker').map(({ framework, state }) => `${framework} ${state}`),
    status: comparison.status,
    comparisonDirectory,
  }
}
