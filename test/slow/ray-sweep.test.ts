import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type SweepEvent, type SweepEventOf, sweepEventSchema } from '../../src/sweep/events.js'
import { trialRecordSchema } from '../../src/sweep/record.js'
import {
  startTwintune,
  temporaryFolder,
  tinyExperiment,
  writePictures,
  writeSpec,
} from '../integration/rig.js'
import { follow, hasRay, oneCore, startCluster, token } from './ray-cluster.js'

// A sweep on a real Ray of two nodes, of which one is killed, comes to the trials of a sweep on this machine.

const folder = temporaryFolder()
const trials = 19

describe.runIf(hasRay)('a sweep on two nodes, of which one is killed', () => {
  let whole: ReturnType<typeof trialsOf>

  beforeAll(async () => {
    writePictures(folder)
    const parameters = {
      'training.phases[0].optimizer.learningRate': { logUniform: [1e-4, 1e-1] as [number, number] },
      'model.head.hidden': { choice: [[], [8]] },
    }
    const training = { batchSize: 8, phases: [{ epochs: 6 }], checkpoints: { everyEpochs: 1 } }
    const sweep = { parameters, strategy: 'random' as const, trials }
    writeSpec(folder, tinyExperiment(folder, { name: 'search', deterministic: true, training, sweep }))
    const args = ['sweep', 'search.yaml', '--no-final', '--parallel', '2', '--out', 'here', '--json']
    const { stdout } = await startTwintune(args, folder, oneCore)
    whole = trialsOf(stdout.split('\n').map(parse))
    expect(whole).toHaveLength(2 * (trials + 1))
  })

  it('ends each of 40 trials once, with what it comes to on this machine', async () => {
    await using cluster = await startCluster()
    const place = ['--parallel', '2', '--ray-address', cluster.address, '--out', 'lost', '--json']
    const command = startTwintune(['sweep', 'search.yaml', '--no-final', ...place], folder, token)
    const events = await follow(command, sweepEventSchema, async (event, events) => {
      if (event.type === 'trial-epoch' && event.epoch === 3 && ended(events) >= 10)
        await cluster.killNode('other')
    })
    expect((await command).exitCode).toBe(0)
    expect(trialsOf(events)).toEqual(whole)
  })

  it('does so too where the driver is killed after it, and the sweep resumed', async () => {
    await using cluster = await startCluster()
    const place = ['--parallel', '2', '--ray-address', cluster.address, '--out', 'driver', '--json']
    const command = startTwintune(['sweep', 'search.yaml', '--no-final', ...place], folder, token)
    const before = await follow(command, sweepEventSchema, async (event, events) => {
      if (event.type !== 'trial-epoch' || event.epoch !== 3) return
      if (ended(events) >= 5) await cluster.killNode('other')
      if (ended(events) >= 15) command.kill('SIGKILL')
    })
    await command
    const [{ sweepDirectory } = { sweepDirectory: '' }] = ofType(before, 'sweep-started')
    const again = ['sweep', '--resume', sweepDirectory, '--no-final', ...place]
    const { exitCode } = await startTwintune(again, folder, token)
    expect(exitCode).toBe(0)
    const lines = readFileSync(path.join(sweepDirectory, 'events.jsonl'), 'utf8').trimEnd().split('\n')
    expect(trialsOf(lines.map(parse))).toEqual(whole)
  })
})

const parse = (line: string): SweepEvent => sweepEventSchema.parse(JSON.parse(line))

function ofType<Type extends SweepEvent['type']>(events: readonly SweepEvent[], type: Type) {
  return events.filter((event): event is SweepEventOf<Type> => event.type === type)
}

const ended = (events: readonly SweepEvent[]) => ofType(events, 'trial-ended').length

/** Trials of a sweep's events, in the order of their numbers: what each of their epochs came to, and no seconds. */
function trialsOf(events: readonly SweepEvent[]) {
  const [{ sweepDirectory } = { sweepDirectory: '' }] = ofType(events, 'sweep-started')
  return ofType(events, 'trial-ended')
    .map(({ result: { trial, framework, status, values, objective } }) => {
      const folder = path.join(sweepDirectory, 'trials', String(trial).padStart(3, '0'), framework)
      // A driver that was killed may not have told of an epoch that the trial goes on from.
      const { history } = trialRecordSchema.parse(
        JSON.parse(readFileSync(path.join(folder, 'trial.json'), 'utf8')),
      )
      const epochs = history.map(({ epoch, train, validation }) => ({ epoch, train, validation }))
      return { trial, framework, status, values, objective, epochs }
    })
    .toSorted((one, other) => one.trial - other.trial || (one.framework < other.framework ? -1 : 1))
}
