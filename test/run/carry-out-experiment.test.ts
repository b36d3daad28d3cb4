// Holds the option comparison.noise

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { disagreementDetailsSchema } from '../../src/compare/disagreement.js'
import type { Event } from '../../src/events.js'
import { eventSchema } from '../../src/events.js'
import type { RunResult } from '../../src/protocol/result.js'
import { loadExperiment } from '../../src/spec/load.js'
import type { WorkerOptions } from '../../src/worker/worker-options.js'
import {
  carryOut,
  ending,
  eventsOf,
  experiment,
  ofType,
  readJson,
  runName,
  temporary,
  workerStarter,
} from './rig.js'

describe('an experiment whose runs all succeed', async () => {
  const events = await eventsOf(experiment({ $schema: 'next/to/the/file.json' }))
  const { comparisonDirectory, comparison } = ending(events)

  it('carries the runs out one after the other, the frameworks taking turns to be first', () => {
    const startsAndEnds = events.filter(({ type }) => type === 'run-started' || type === 'run-finished')
    expect(
      startsAndEnds.map((event) => 'seed' in event && `${event.type} ${event.framework} ${event.seed}`),
    ).toEqual(
      ['tensorflow 0', 'pytorch 0', 'pytorch 1', 'tensorflow 1'].flatMap((run) => [
        `run-started ${run}`,
        `run-finished ${run}`,
      ]),
    )
  })

  it('starts and imports both frameworks before any run begins', () => {
    const states = events.map((event) => (event.type === 'worker' ? event.state : event.type))
    expect(states.lastIndexOf('ready')).toBeLessThan(states.indexOf('run-started'))
  })

  it('keeps one worker a framework warm, and counts its start-up in its first run alone', () => {
    const pids = ofType(events, 'run-started').map(({ framework, pythonPid }) => `${framework} ${pythonPid}`)
    expect(new Set(pids).size).toBe(2)
    const imports = comparison.runs.map((run) => [runName(run), run.seconds?.import])
    expect(Object.fromEntries(imports)).toEqual({
      'tensorflow 0': 0.25,
      'pytorch 0': 0.25,
      'pytorch 1': 0,
      'tensorflow 1': 0,
    })
    expect(comparison.runs[0]?.seconds?.start).toBeGreaterThan(0)
  })

  it('compares what the runs came to', () => {
    expect(comparison.status).toBe('finished')
    expect(comparison.metrics.accuracy.difference).toMatchObject({
      mean: 0.25,
      pairs: 2,
      verdict: 'inconclusive',
    })
    expect(comparison.contract.find((row) => row.ingredient === 'weights')?.state).toBe('identical')
  })

  it('says seed by seed how the two models answered, and which images they disagree about', () => {
    const counts = { images: 4, different: 1, bothRight: 2, onlyTensorflowRight: 1, onlyPytorchRight: 0 }
    const disagreement = [0, 1].map((seed) => ({ seed, ...counts, bothWrong: 1, pValue: 1 }))
    expect(comparison.disagreement).toEqual(disagreement)
    const details = disagreementDetailsSchema.parse(readJson(comparisonDirectory, 'disagreements.json'))
    expect(details.seeds[1]?.listed).toEqual([
      {
        position: 2,
        image: '2.png',
        label: 'a',
        tensorflow: { predicted: 'a', probability: 0.75 },
        pytorch: { predicted: 'b', probability: 0.5 },
        thumbnail: 'disagreements/seed1/0002.png',
      },
    ])
  })

  it('names the comparison folder after the experiment and the time, and fills it with everything', () => {
    expect(path.basename(comparisonDirectory)).toMatch(/^scheduling-\d{8}-\d{6}-[a-z0-9]{4}$/)
    expect(readdirSync(comparisonDirectory).toSorted()).toEqual([
      'comparison.json',
      'disagreements.json',
      'environment.json',
      'events.jsonl',
      'pytorch-seed0',
      'pytorch-seed1',
      'pytorch.log',
      'spec.yaml',
      'tensorflow-seed0',
      'tensorflow-seed1',
      'tensorflow.log',
    ])
    expect(readJson(comparisonDirectory, 'comparison.json')).toEqual(comparison)
    expect(readJson(comparisonDirectory, 'pytorch-seed1', 'result.json')).toEqual(comparison.runs[2])
  })

  it('keeps every event in order, and those of a run in its own folder too', () => {
    expect(readEvents(comparisonDirectory)).toEqual(events)
    expect(readEvents(path.join(comparisonDirectory, 'pytorch-seed1'))).toEqual(
      events.filter((event) => 'seed' in event && runName(event as never) === 'pytorch 1'),
    )
  })

  it('writes a specification that loads as the same experiment', async () => {
    const file = path.join(comparisonDirectory, 'spec.yaml')
    expect(parse(readFileSync(file, 'utf8'))).not.toHaveProperty('$schema')
    expect(await loadExperiment(file)).toEqual(experiment())
  })

  it('says what it ran on', () => {
    expect(readJson(comparisonDirectory, 'environment.json')).toMatchObject({
      node: process.version,
      cpu: { count: expect.any(Number) },
      frameworks: {
        tensorflow: { versions: { tensorflow: '1.0' } },
        pytorch: { versions: { pytorch: '1.0' } },
      },
      dataset: comparison.runs[0]?.facts?.split,
      weights: comparison.runs[0]?.facts?.weights,
    })
  })
})

describe('the checkpoints of runs', () => {
  const write = (events: readonly Event[], name: string) => {
    const folder = path.join(ofType(events, 'comparison-started')[0]?.comparisonDirectory ?? '', name)
    mkdirSync(path.join(folder, 'checkpoint'), { recursive: true })
    return path.join(folder, 'checkpoint')
  }

  it.each([
    ['go with the comparison’s end', {}, {}, false],
    ['stay where that is asked for', {}, { keepCheckpoints: true }, true],
    ['stay where the specification keeps earlier ones', { checkpoints: { keep: 1 } }, {}, true],
  ])('%s', async (_, training, options, stay) => {
    const events: Event[] = []
    const subject = experiment({ seeds: [0], training: { phases: [{ epochs: 1 }], ...training } })
    for await (const event of carryOut(subject, { 'pytorch-0': 'raise' }, options)) {
      events.push(event)
      if (event.type === 'run-started') write(events, `${event.framework}-seed0`)
    }
    const { comparisonDirectory } = ending(events)
    expect(existsSync(path.join(comparisonDirectory, 'tensorflow-seed0', 'checkpoint'))).toBe(stay)
    expect(existsSync(path.join(comparisonDirectory, 'pytorch-seed0', 'checkpoint'))).toBe(true)
  })
})

describe('a run that fails', () => {
  it('leaves the others alone, and its result is kept with the epochs that it had', async () => {
    const { comparisonDirectory, comparison } = ending(await eventsOf(experiment(), { 'pytorch-0': 'raise' }))
    expect(comparison.status).toBe('failed')
    expect(comparison.runs.map((run) => run.status)).toEqual(['finished', 'failed', 'finished', 'finished'])
    expect(readJson(comparisonDirectory, 'pytorch-seed0', 'result.json')).toMatchObject({
      status: 'failed',
      failure: { code: 'PYTHON_EXCEPTION', cause: { type: 'ValueError' } },
      epochs: [{ epoch: 1 }],
    })
  })

  it('is followed by a fresh worker when its Python died', async () => {
    const events = await eventsOf(experiment({ frameworks: ['pytorch'] }), { 'pytorch-0': 'die' })
    const { runs } = ending(events).comparison
    expect(runs.map(({ failure }) => failure?.code)).toEqual(['PYTHON_DIED', undefined])
    expect(runs[1]?.seconds?.import).toBe(0.25)
    const [first, second] = ofType(events, 'run-started')
    expect(second?.pythonPid).not.toBe(first?.pythonPid)
  })
})

describe('an experiment that asks for the noise', async () => {
  const events = await eventsOf(experiment({ seeds: [4], comparison: { noise: true } }))
  const { comparison, comparisonDirectory } = ending(events)
  const planned = ['tensorflow 4', 'pytorch 4', 'tensorflow 4 repeat', 'pytorch 4 repeat']

  it('carries every run out once more when all are done, and says of each event which run it is of', () => {
    expect(ofType(events, 'comparison-started')[0]?.runs.map(runName)).toEqual(planned)
    expect(ofType(events, 'run-started').map(runName)).toEqual(planned)
    expect(ofType(events, 'epoch').map(runName)).toEqual(planned)
    expect(ofType(events, 'run-finished').map(({ result }) => runName(result))).toEqual(planned)
  })

  it('gives a repeat a folder of its own', () => {
    const repeat = readJson(comparisonDirectory, 'pytorch-seed4-repeat', 'result.json')
    expect(repeat).toMatchObject({ framework: 'pytorch', seed: 4, repeat: true, status: 'finished' })
    expect(readEvents(path.join(comparisonDirectory, 'pytorch-seed4-repeat'))).toEqual(
      events.filter((event) => 'seed' in event && runName(event as never) === 'pytorch 4 repeat'),
    )
    expect(readJson(comparisonDirectory, 'pytorch-seed4', 'result.json')).not.toHaveProperty('repeat')
  })

  it('computes the features of a repeat anew, since a cached one would hide how far they differ', () => {
    const originOf = ({ facts }: RunResult) => facts?.phases.map(({ features }) => features)
    expect(comparison.runs.map(originOf)).toEqual([['cached'], ['cached']])
    expect(comparison.repeats.map(originOf)).toEqual([['computed'], ['computed']])
    expect(comparison.noise?.unlike).toEqual({ tensorflow: [], pytorch: [] })
  })

  it('has how far each framework lies from itself, and counts the repeats for nothing else', () => {
    expect(comparison.runs.map(runName)).toEqual(['tensorflow 4', 'pytorch 4'])
    expect(comparison.repeats.map(runName)).toEqual(['tensorflow 4 repeat', 'pytorch 4 repeat'])
    expect(comparison.metrics.accuracy.difference).toMatchObject({ pairs: 1 })
    const none = { mean: 0, largest: 0, pairs: 1 }
    const one = { mean: 1, largest: 1, pairs: 1 }
    expect(comparison.noise).toMatchObject({
      accuracy: { tensorflow: none, pytorch: none, between: { mean: 0.25, largest: 0.25, pairs: 1 } },
      differentImages: { tensorflow: one, pytorch: one, between: one },
    })
    expect(comparison.disagreement).toHaveLength(1)
  })
})

describe('predictions that cannot be compared', () => {
  it('are warned of, once a seed, and cost nothing else', async () => {
    const events = await eventsOf(experiment(), { 'compare-predictions': 'raise' })
    const { comparison, comparisonDirectory } = ending(events)
    expect(comparison).toMatchObject({ status: 'finished', disagreement: [] })
    expect(comparison.metrics.accuracy.difference).toMatchObject({ pairs: 2 })
    expect(ofType(events, 'warning').filter(({ code }) => code === 'PYTHON_EXCEPTION')).toMatchObject([
      { seed: 0, message: expect.stringContaining('compare-predictions was told to fail') },
      { seed: 1 },
    ])
    expect(existsSync(path.join(comparisonDirectory, 'disagreements.json'))).toBe(false)
  })

  it('are warned of where they give another accuracy than the run’s test', async () => {
    const events = await eventsOf(experiment({ seeds: [0] }), { 'compare-predictions': 'differ' })
    expect(ofType(events, 'warning').filter(({ code }) => code !== 'MACHINE_BUSY')).toMatchObject([
      {
        code: 'PREDICTIONS_UNUSABLE',
        message: expect.stringContaining(
          "TensorFlow seed 0 are not those of its test: 2 of 4 are right, and the test's accuracy is 0.75",
        ),
      },
    ])
    expect(ending(events).comparison.disagreement).toEqual([])
  })

  it('are warned of by the name of the framework where they are those of a run and its repeat', async () => {
    const noisy = experiment({ seeds: [3], comparison: { noise: true } })
    const events = await eventsOf(noisy, { 'compare-predictions': 'raise' })
    const warned = ofType(events, 'warning').map(({ message }) => /^The test of (.*?):/.exec(message)?.[1])
    expect(warned.filter((what) => what !== undefined)).toEqual([
      'seed 3',
      'TensorFlow seed 3 and of its repeat',
      'PyTorch seed 3 and of its repeat',
    ])
  })

  it('are not looked at once the user has cancelled', async () => {
    const controller = new AbortController()
    const events: Event[] = []
    const behaviours = { 'compare-predictions': 'hang' } as const
    for await (const event of carryOut(experiment({ seeds: [0] }), behaviours, {
      signal: controller.signal,
    })) {
      events.push(event)
      if (ofType(events, 'run-finished').length === 2) controller.abort()
    }
    expect(ending(events).comparison).toMatchObject({ status: 'cancelled', disagreement: [] })
  })
})

describe('a worker that dies while it has nothing to do', () => {
  it('costs no run: the next one of its framework gets a fresh worker', async () => {
    const events: Event[] = []
    for await (const event of carryOut(experiment(), { 'pytorch-1': 'slow' })) {
      events.push(event)
      const [first, second] = ofType(events, 'run-started')
      if (event === second) process.kill(first?.pythonPid ?? 0, 'SIGKILL')
    }
    expect(ending(events).comparison.status).toBe('finished')
    const [first, last] = ofType(events, 'run-started').filter(({ framework }) => framework === 'tensorflow')
    expect(last?.pythonPid).not.toBe(first?.pythonPid)
  })
})

describe('a machine with one core', () => {
  it('starts and imports the frameworks one after the other', async () => {
    const cores = vi.spyOn(os, 'availableParallelism').mockReturnValue(1)
    const events = await eventsOf(experiment({ seeds: [0] }))
    cores.mockRestore()
    expect(ofType(events, 'worker').map(({ framework, state }) => `${framework} ${state}`)).toEqual([
      'tensorflow starting',
      'tensorflow importing',
      'tensorflow ready',
      'pytorch starting',
      'pytorch importing',
      'pytorch ready',
    ])
  })
})

describe('a framework that cannot be imported', () => {
  it('fails in all its runs at once, while the other framework goes on', async () => {
    const events = await eventsOf(experiment(), { 'import-tensorflow': 'raise' })
    const ends = events.flatMap((event) =>
      event.type === 'run-failed' || event.type === 'run-finished' ? `${event.type} ${runName(event)}` : [],
    )
    expect(ends).toEqual([
      'run-failed tensorflow 0',
      'run-failed tensorflow 1',
      'run-finished pytorch 0',
      'run-finished pytorch 1',
    ])
    expect(ofType(events, 'run-started').map(runName)).toEqual(['pytorch 0', 'pytorch 1'])
    const { comparisonDirectory, comparison } = ending(events)
    expect(comparison.runs.map(runName)).toEqual(['tensorflow 0', 'pytorch 0', 'pytorch 1', 'tensorflow 1'])
    expect(readJson(comparisonDirectory, 'tensorflow-seed1', 'result.json')).toMatchObject({
      status: 'failed',
    })
  })
})

describe('a worker that cannot be started', () => {
  it('costs no run where the framework has another one, which may still be on its way', async () => {
    let started = 0
    const startWorker = (options: WorkerOptions) => {
      started += 1
      return workerStarter({ 'import-pytorch': started === 2 ? 'slow' : 'raise' })(options)
    }
    const events = await eventsOf(experiment({ frameworks: ['pytorch'] }), {}, { parallel: 2, startWorker })
    expect(ofType(events, 'run-failed')).toEqual([])
    expect(ofType(events, 'run-finished').map(runName)).toEqual(['pytorch 0', 'pytorch 1'])
    expect(started).toBe(3)
  })
})

describe('a run that others disturbed', () => {
  const warnedOf = async (parallel: number) => {
    const events = await eventsOf(experiment({ seeds: [3] }), { 'pytorch-3': 'disturbed' }, { parallel })
    return ofType(events, 'warning')
      .filter(({ code }) => code === 'MACHINE_BUSY')
      .flatMap(({ framework, seed }) => (framework === undefined ? [] : [`${framework} ${seed}`]))
  }

  it('is warned of by name, and the others are not', async () => {
    expect(await warnedOf(1)).toEqual(['pytorch 3'])
  })

  it('is not where runs at the same time disturb one another anyway', async () => {
    expect(await warnedOf(2)).toEqual([])
  })
})

describe('parallel runs', () => {
  it('begin together, each on a worker of its own', async () => {
    const events = await eventsOf(experiment({ seeds: [0] }), {}, { parallel: 2 })
    const types = events.map(({ type }) => type)
    expect(types.lastIndexOf('run-started')).toBeLessThan(types.indexOf('run-finished'))
    expect(ending(events).comparison.status).toBe('finished')
  })

  it('get more workers of one framework only where they need them', async () => {
    const events = await eventsOf(
      experiment({ frameworks: ['pytorch'], seeds: [0, 1, 2] }),
      {},
      { parallel: 2 },
    )
    expect(new Set(ofType(events, 'run-started').map((event) => event.pythonPid)).size).toBe(2)
    expect(ending(events).comparison.runs.map(runName)).toEqual(['pytorch 0', 'pytorch 1', 'pytorch 2'])
  })

  it('are never more than there are runs', async () => {
    const events = await eventsOf(experiment({ seeds: [0] }), {}, { parallel: Number.MAX_SAFE_INTEGER })
    expect(ending(events).comparison.status).toBe('finished')
  })
})

describe('an experiment that cannot run at all', () => {
  it('throws, naming the field and the file, before it makes a folder', async () => {
    const runsDirectory = path.join(temporary, 'none')
    const missing = path.join(temporary, 'missing.parquet')
    const subject = experiment({ dataset: { source: 'parquet', train: missing } })
    await expect(eventsOf(subject, {}, { runsDirectory })).rejects.toMatchObject({
      failure: {
        code: 'DATASET_NOT_FOUND',
        message: expect.stringMatching(/^dataset\.train: .*missing\.parquet/),
      },
    })
    expect(existsSync(runsDirectory)).toBe(false)
  })

  it('throws when weights are missing', async () => {
    const weights = { file: path.join(temporary, 'missing.safetensors') }
    const subject = experiment({ model: { backbone: 'resnet18', weights } })
    await expect(eventsOf(subject)).rejects.toMatchObject({ failure: { code: 'WEIGHTS_NOT_FOUND' } })
  })

  it.each([
    ['the folder of the comparison', ''],
    ['the folder of the run at work', 'tensorflow-seed0'],
  ])('throws when %s is deleted meanwhile, and makes no new one', async (_, name) => {
    let folder = ''
    const work = (async () => {
      for await (const event of carryOut(experiment(), { 'tensorflow-0': 'wait' })) {
        if (event.type === 'comparison-started') folder = event.comparisonDirectory
        if (event.type === 'stage') rmSync(path.join(folder, name), { recursive: true, force: true })
      }
    })()
    await expect(work).rejects.toMatchObject({
      failure: { code: 'FOLDER_UNWRITABLE', message: expect.stringContaining('was deleted or moved while') },
    })
    expect(existsSync(path.join(folder, name, 'result.json'))).toBe(false)
    expect(existsSync(path.join(folder, 'lock.json'))).toBe(false)
  })

  it('throws when the comparison folder cannot be written', async () => {
    const file = path.join(temporary, 'a-file')
    writeFileSync(file, '')
    await expect(
      eventsOf(experiment(), {}, { runsDirectory: path.join(file, 'runs') }),
    ).rejects.toMatchObject({
      failure: { code: 'FOLDER_UNWRITABLE' },
    })
  })
})

function readEvents(folder: string): Event[] {
  const lines = readFileSync(path.join(folder, 'events.jsonl'), 'utf8').trimEnd().split('\n')
  return lines.map((line) => eventSchema.parse(JSON.parse(line)))
}
