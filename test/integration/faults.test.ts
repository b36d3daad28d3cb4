import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { execaSync } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Event } from '../../src/events.js'
import { runResultSchema } from '../../src/protocol/result.js'
import type { ExperimentInput } from '../../src/spec/schema.js'
import { isAlive, untilGone } from '../processes.js'
import {
  comparisonOf,
  eventsOf,
  python,
  readJson,
  runTwintune,
  startTwintune,
  temporaryFolder,
  tinyExperiment,
  waitForEvent,
  writePictures,
  writeSpec,
} from './rig.js'
import { compareWarm } from './warm.js'

const folder = temporaryFolder()
const pictures = path.join(folder, 'pictures')

beforeAll(() => writePictures(pictures))

/** A copy of the pictures to spoil. */
function copyOfPictures(name: string): string {
  const copy = path.join(folder, name)
  cpSync(pictures, copy, { recursive: true })
  return copy
}

function failuresOf(events: readonly Event[]) {
  return eventsOf(events, 'run-failed').map(({ framework, failure }) => ({ framework, ...failure }))
}

/** An experiment long enough to be interrupted. */
const endless = (name: string) =>
  tinyExperiment(pictures, {
    name,
    training: { batchSize: 2, phases: [{ epochs: 100_000 }] },
    seeds: [0, 1],
  })

describe('bad data', () => {
  it('refuses one class only, an empty data set, and a class that only the test images have', async () => {
    const one = copyOfPictures('one-class')
    for (const name of ['class1', 'class2']) rmSync(path.join(one, 'train', name), { recursive: true })
    const empty = copyOfPictures('empty')
    rmSync(path.join(empty, 'train'), { recursive: true })
    mkdirSync(path.join(empty, 'train'))
    const more = copyOfPictures('more-classes')
    mkdirSync(path.join(more, 'test/class3'))
    copyFileSync(path.join(more, 'test/class0/0.png'), path.join(more, 'test/class3/0.png'))
    const expected: Record<string, string> = {
      'one-class': 'DATASET_ONE_CLASS',
      empty: 'DATASET_EMPTY',
      'more-classes': 'DATASET_INVALID',
    }
    for (const [name, code] of Object.entries(expected)) {
      const spoilt = tinyExperiment(path.join(folder, name), { name, frameworks: ['pytorch'] })
      await expect(compareWarm(spoilt, folder)).rejects.toMatchObject({ failure: { code } })
    }
  })

  it('says that a data set is not there before any Python starts', async () => {
    const spec = writeSpec(folder, tinyExperiment(path.join(folder, 'nowhere'), { name: 'nowhere' }))
    const { exitCode, stderr } = await startTwintune(['compare', spec], folder)
    expect(exitCode).toBe(3)
    expect(stderr).toContain('nowhere')
  })
})

describe('a loss that is not finite', () => {
  it('is a typed failure that names its step, in both frameworks', async () => {
    const diverges = tinyExperiment(pictures, {
      name: 'diverges',
      training: { batchSize: 8, phases: [{ epochs: 3, optimizer: { name: 'sgd', learningRate: 1e30 } }] },
    })
    const events = await compareWarm(diverges, folder)
    expect(failuresOf(events).map(({ code }) => code)).toEqual(['LOSS_NOT_FINITE', 'LOSS_NOT_FINITE'])
    expect(failuresOf(events)[0]?.message).toMatch(/phase 1, epoch \d, step \d/)
  })
})

describe('weights that can’t be had', () => {
  it('fail within the time that a user waits, naming the backbone and what else there is', async () => {
    const spec = writeSpec(
      folder,
      tinyExperiment(pictures, { name: 'offline', model: { backbone: 'resnet50', weights: 'imagenet' } }),
    )
    const { events, exitCode } = await runTwintune(['train', spec, '--framework', 'tensorflow'], folder, {
      // Nothing listens there, as on a machine without a network.
      HF_ENDPOINT: 'http://127.0.0.1:9',
      HF_HOME: path.join(folder, 'hub'),
    })
    expect(exitCode).toBe(3)
    const [failure] = failuresOf(events)
    expect(failure?.code).toBe('WEIGHTS_UNAVAILABLE')
    expect(failure?.message).toContain('resnet50')
    expect(failure?.hint).toContain('model.weights=random')
    expect(failure?.hint).toContain('safetensors')
  })
})

describe('a Python environment that won’t do', () => {
  it('fails one framework with the mend, and keeps the other’s result', async () => {
    const bare = path.join(folder, 'bare-venv')
    execaSync(python, ['-m', 'venv', '--without-pip', bare])
    const spec = writeSpec(folder, tinyExperiment(pictures, { name: 'half' }))
    const { events, exitCode } = await runTwintune(['compare', spec], folder, {
      TWINTUNE_PYTHON_TENSORFLOW: path.join(bare, 'bin/python'),
    })
    expect(exitCode).toBe(5)
    const [failure] = failuresOf(events)
    expect(failure?.framework).toBe('tensorflow')
    expect(['FRAMEWORK_MISSING', 'PACKAGE_MISSING']).toContain(failure?.code)
    expect(failure?.hint).toContain('pip install')
    const finished = comparisonOf(events).runs.filter(({ status }) => status === 'finished')
    expect(finished.map(({ framework }) => framework)).toEqual(['pytorch'])
  })

  it('names an interpreter that is not there', async () => {
    const spec = writeSpec(folder, tinyExperiment(pictures, { name: 'no-interpreter' }))
    const { events, exitCode } = await runTwintune(['train', spec, '--framework', 'pytorch'], folder, {
      TWINTUNE_PYTHON_PYTORCH: '/nowhere/python',
    })
    expect(exitCode).toBe(5)
    expect(failuresOf(events)[0]?.code).toBe('INTERPRETER_MISSING')
    expect(failuresOf(events)[0]?.message).toContain('/nowhere/python')
  })
})

describe('a Python or a worker that is killed in an epoch', () => {
  it('fails its run, the next one gets a new Python, and none stays behind', async () => {
    const spec = writeSpec(folder, { ...endless('killed'), frameworks: ['pytorch'] })
    const command = startTwintune(['train', spec, '--framework', 'pytorch', '--json'], folder)
    const seen: Event[] = []
    const runs: { readonly workerPid: number; readonly pythonPid: number }[] = []
    for await (const line of command.iterable({ from: 'stdout' })) {
      const event: Event = JSON.parse(line)
      seen.push(event)
      if (event.type === 'run-started') runs.push(event)
      const run = event.type === 'step' ? runs[event.seed] : undefined
      if (!run) continue
      const pid = run === runs[0] ? run.pythonPid : run.workerPid
      if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    }
    expect((await command).exitCode).toBe(3)
    expect(failuresOf(seen).map(({ code }) => code)).toEqual(['PYTHON_DIED', 'WORKER_DIED'])
    const pids = runs.flatMap(({ workerPid, pythonPid }) => [workerPid, pythonPid])
    expect(new Set(pids).size).toBe(4)
    await untilGone(...pids)
    const [started] = eventsOf(seen, 'comparison-started')
    const result = runResultSchema.parse(
      readJson(started?.comparisonDirectory ?? '', 'pytorch-seed0', 'result.json'),
    )
    expect(result.failure?.cause?.type).toContain('SIGKILL')
  })
})

describe('an end from outside', () => {
  async function startedRun(name: string, changes: Partial<ExperimentInput> = {}) {
    const spec = writeSpec(folder, { ...endless(name), ...changes })
    const command = startTwintune(['compare', spec, '--json'], folder)
    let comparisonDirectory = ''
    const pids: number[] = []
    await waitForEvent(command, (event) => {
      if (event.type === 'comparison-started') comparisonDirectory = event.comparisonDirectory
      if (event.type === 'run-started') pids.push(event.workerPid, event.pythonPid)
      return event.type === 'epoch'
    })
    expect(pids.every(isAlive)).toBe(true)
    return { command, pids, comparisonDirectory }
  }

  it('by Ctrl-C exits with 130, both workers gone and the folder marked', async () => {
    const { command, pids, comparisonDirectory } = await startedRun('interrupted')
    command.kill('SIGINT')
    expect((await command).exitCode).toBe(130)
    await untilGone(...pids)
    expect(readJson(comparisonDirectory, 'comparison.json')).toMatchObject({ status: 'cancelled' })
    expect(readdirSync(comparisonDirectory)).toContain('events.jsonl')
  })

  it('by kill -9 of the command leaves no process behind', async () => {
    const { command, pids } = await startedRun('killed-command', { frameworks: ['pytorch'] })
    command.kill('SIGKILL')
    await untilGone(...pids)
    await command
  })
})
