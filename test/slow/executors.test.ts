import { readFileSync } from 'node:fs'
import path from 'node:path'
import { execaSync } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Event, eventSchema } from '../../src/events.js'
import {
  eventsOf,
  parseEvents,
  python,
  startTwintune,
  temporaryFolder,
  tinyExperiment,
  writePictures,
  writeSpec,
} from '../integration/rig.js'
import { follow, hasRay, oneCore, reachedBy, startCluster, token } from './ray-cluster.js'

// Runs on a real Ray of two nodes, of which one is killed, give the bits of runs on this machine.

const folder = temporaryFolder()

const experiment = (name: string, seeds: number) =>
  tinyExperiment(folder, {
    name,
    deterministic: true,
    seeds: Array.from({ length: seeds }, (_, seed) => seed),
    training: {
      batchSize: 8,
      phases: [{ epochs: 6 }],
      earlyStopping: { patience: 6 },
      checkpoints: { everyEpochs: 1 },
    },
  })

describe.runIf(hasRay)('the executor ray', () => {
  beforeAll(() => writePictures(folder))

  it('starts a cluster of its own for a comparison, and ends it', async () => {
    const spec = writeSpec(folder, experiment('own', 1))
    const here = parseEvents((await startTwintune(['compare', spec, '--json'], folder, oneCore)).stdout)
    const there = await startTwintune(['compare', spec, '--executor', 'ray', '--json'], folder)
    expect(there.exitCode).toBe(0)
    const events = parseEvents(there.stdout)
    expect(reachedBy(events)).toEqual(reachedBy(here))
    expect(eventsOf(events, 'run-placed').map(({ movedFrom }) => movedFrom)).toEqual([null, null])
  })

  it('says which package is missing where there is no Ray', async () => {
    const spec = writeSpec(folder, experiment('missing', 1))
    // The interpreter that the environment was made from has no packages.
    const bare = execaSync(python, ['-c', 'import sys; print(sys._base_executable)']).stdout
    const env = { TWINTUNE_PYTHON: bare }
    const { exitCode, stderr } = await startTwintune(['compare', spec, '--executor', 'ray'], folder, env)
    expect([exitCode, stderr]).toEqual([5, expect.stringContaining('requirements-ray.txt')])
  })

  describe('on two nodes, of which one is killed', () => {
    let whole: ReturnType<typeof reachedBy>

    beforeAll(async () => {
      const spec = writeSpec(folder, experiment('many', 20))
      const args = ['compare', spec, '--parallel', '2', '--out', 'here', '--json']
      whole = reachedBy(parseEvents((await startTwintune(args, folder, oneCore)).stdout))
      expect(whole).toHaveLength(40)
    })

    it('ends all of 40 runs, each once, with the same bits as on this machine', async () => {
      await using cluster = await startCluster()
      const args = ['compare', 'many.yaml', '--parallel', '2', '--ray-address', cluster.address]
      const command = startTwintune([...args, '--out', 'lost', '--json'], folder, token)
      const events = await follow(command, eventSchema, async (event, events) => {
        if (event.type === 'epoch' && event.epoch === 3 && finished(events) >= 10)
          await cluster.killNode('other')
      })
      expect((await command).exitCode).toBe(0)
      expect(eventsOf(events, 'run-placed').some(({ movedFrom }) => movedFrom !== null)).toBe(true)
      expect(eventsOf(events, 'run-started')).toHaveLength(40)
      expect(reachedBy(events)).toEqual(whole)
    })

    it('does so too where the driver is killed after it, and the comparison resumed', async () => {
      await using cluster = await startCluster()
      const args = ['--parallel', '2', '--ray-address', cluster.address, '--out', 'driver', '--json']
      const command = startTwintune(['compare', 'many.yaml', ...args], folder, token)
      await follow(command, eventSchema, async (event, events) => {
        if (event.type !== 'epoch' || event.epoch !== 3) return
        if (finished(events) >= 5) await cluster.killNode('other')
        if (finished(events) >= 15) command.kill('SIGKILL')
      })
      await command
      const resumed = await startTwintune(['resume', 'latest', ...args], folder, token)
      expect(resumed.exitCode).toBe(0)
      const [{ comparisonDirectory } = { comparisonDirectory: '' }] = eventsOf(
        parseEvents(resumed.stdout),
        'comparison-resumed',
      )
      const all = parseEvents(readFileSync(path.join(comparisonDirectory, 'events.jsonl'), 'utf8'))
      expect(reachedBy(all)).toEqual(whole)
    })
  })
})

const finished = (events: readonly Event[]) => eventsOf(events, 'run-finished').length
