import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as api from '../../src/index.js'

// The API as a JavaScript caller sees it, whom no compiler keeps from anything.
const untyped = api as unknown as Record<string, (...args: unknown[]) => unknown>

const experiment = api.defineExperiment({
  name: 'api',
  dataset: { source: 'imagefolder', train: '/nowhere/train' },
  model: { backbone: 'resnet18' },
})

/** Calls a function of the API, begins what it gives where that is a stream, and gives the failure. */
async function failureOf(name: string, ...args: unknown[]): Promise<api.Failure> {
  try {
    const given = untyped[name]?.(...args)
    await (isStream(given) ? given.next() : given)
  } catch (error) {
    expect(error).toBeInstanceOf(api.TwintuneError)
    return (error as api.TwintuneError).failure
  }
  return expect.unreachable()
}

function isStream(value: unknown): value is AsyncGenerator {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

it.each([
  ['compare', [experiment]],
  ['describeData', [experiment]],
  ['doctor', []],
  ['exportModel', ['latest', { format: 'onnx' }]],
  ['extend', ['nowhere', [6]]],
  ['findLearningRates', [experiment]],
  ['loadModel', ['latest']],
  ['merge', [['one', 'other']]],
  ['resumeComparison', ['nowhere']],
  ['resumeSweep', ['nowhere']],
  ['runExperiment', [experiment]],
  ['sweep', [experiment]],
  ['verify', [experiment]],
])('a signal that was aborted before cancels %s before it begins', async (name, [first, second]) => {
  const options = {
    ...(typeof second === 'object' && !Array.isArray(second) ? second : {}),
    signal: AbortSignal.abort(),
  }
  const args = Array.isArray(second) ? [first, second, options] : [first, options]
  const folders = readdirSync('.')
  expect(await failureOf(name, ...(first === undefined ? [options] : args))).toMatchObject({
    code: 'CANCELLED',
  })
  expect(readdirSync('.')).toEqual(folders)
})

describe('an option that a function does not know', () => {
  it.each([
    ['compare', [experiment]],
    ['describeData', [experiment]],
    ['doctor', []],
    ['eject', [experiment]],
    ['exportModel', ['latest']],
    ['extend', ['nowhere', [6]]],
    ['findLearningRates', [experiment]],
    ['listComparisons', []],
    ['listSweeps', []],
    ['loadModel', ['latest']],
    ['merge', [['one', 'other']]],
    ['openComparison', ['latest']],
    ['openSweep', ['latest']],
    ['resumeComparison', ['nowhere']],
    ['resumeSweep', ['nowhere']],
    ['runExperiment', [experiment]],
    ['sweep', [experiment]],
    ['verify', [experiment]],
    ['writeReport', ['latest']],
    ['writeSideBySide', [['one', 'other']]],
  ])('is refused by %s, by name', async (name, args) => {
    const failure = await failureOf(name, ...args, { zzz: 1 })
    expect(failure).toMatchObject({ code: 'SPEC_INVALID', message: `${name} has no option zzz.` })
    expect(failure.hint).toContain(`The options of ${name}: `)
    expect(await failureOf(name, ...args, null)).toMatchObject({
      code: 'SPEC_INVALID',
      message: `The options of ${name} must be an object, not null.`,
    })
  })

  it('is refused with the one that was meant', async () => {
    expect(await failureOf('compare', experiment, { paralel: 2, seed: 1 })).toMatchObject({
      message: 'compare has no option paralel; did you mean parallel? compare has no option seed.',
    })
    const executor = { name: 'ray', cpu: 2 }
    expect((await failureOf('compare', experiment, { executor })).message).toContain('did you mean cpus?')
  })
})

describe('a value that is none of the choices', () => {
  it.each([
    ['eject', [experiment, { framework: 'jax' }], "framework can't be 'jax'."],
    ['eject', [experiment, { framework: 'torch' }], "framework can't be 'torch'; did you mean pytorch?"],
    ['loadModel', ['latest', { framework: 'jax' }], "framework can't be 'jax'."],
    ['loadModel', ['latest', {}], "framework can't be undefined."],
    ['exportModel', ['latest', { format: 'onxx' }], "format can't be 'onxx'; did you mean onnx?"],
    ['exportModel', ['latest', {}], "format can't be undefined."],
    ['findLearningRates', [experiment, { frameworks: ['jax'] }], "framework can't be 'jax'."],
    ['verify', [experiment, { perturbation: 'weights' }], "perturbation can't be 'weights'; did you mean"],
    ['compare', [experiment, { executor: { name: 'slurm' } }], "executor.name can't be 'slurm'."],
  ])('%s says what can be chosen', async (name, args, message) => {
    expect(await failureOf(name, ...args)).toMatchObject({
      code: 'SPEC_INVALID',
      message: expect.stringContaining(message),
      hint: expect.stringContaining('Choose one of: '),
    })
  })
})

describe('an argument of another kind', () => {
  it.each([
    ['loadModel', 'the folder or the name of a comparison'],
    ['exportModel', 'the folder or the name of a comparison'],
    ['openComparison', 'the folder or the name of a comparison'],
    ['writeReport', 'the folder or the name of a comparison'],
    ['resumeComparison', 'the folder of a comparison'],
    ['resumeSweep', 'the folder of a sweep'],
  ])('%s takes a text for %s, and shows a call', async (name, what) => {
    expect(await failureOf(name)).toMatchObject({
      code: 'SPEC_INVALID',
      message: `${name} takes ${what} as a text, not undefined.`,
      hint: expect.stringContaining(`${name}('`),
    })
  })

  it.each([
    ['merge', 'folders of comparisons'],
    ['writeSideBySide', 'folders or names of comparisons'],
  ])('%s takes a list of %s', async (name, what) => {
    expect(await failureOf(name, 'one')).toMatchObject({
      code: 'SPEC_INVALID',
      message: `${name} takes a list of ${what}, not 'one'.`,
    })
  })

  it.each([
    ['compare', { replay: 'some' }, "replay can't be 'some'"],
    ['compare', { crossEvaluation: 'no' }, "crossEvaluation must be true or false, not 'no'."],
    ['compare', { report: 'no' }, "report must be true or false, not 'no'."],
    ['compare', { track: 'csv' }, 'track must be an object of trackers'],
    ['compare', { track: { foo: true } }, 'track must be an object of trackers'],
    ['compare', { runsDirectory: 5 }, 'runsDirectory must be a text, not 5.'],
    ['compare', { onEvent: 'x' }, "onEvent must be a function, not 'x'."],
    ['compare', { workers: {} }, 'workers must be what withWarmWorkers hands over'],
    ['compare', { signal: new AbortController() }, 'signal must be an AbortSignal, as controller.signal is'],
    ['eject', { seed: 'zzz' }, 'seed must be a whole number'],
    ['eject', { directory: 5 }, 'directory must be a text, not 5.'],
    ['findLearningRates', { frameworks: [] }, 'frameworks must be a list of frameworks'],
  ])('%s refuses the option %o before anything starts', async (name, options, message) => {
    expect(await failureOf(name, experiment, options)).toMatchObject({
      code: 'SPEC_INVALID',
      message: expect.stringContaining(message),
    })
  })

  it('loadExperiment takes a list of texts to set, and a text of seeds', async () => {
    expect((await failureOf('loadExperiment', 'a.yaml', { set: 'a=1' })).message).toContain(
      'set must be a list',
    )
    expect((await failureOf('loadExperiment', 'a.yaml', { seeds: [1, 2] })).message).toContain(
      'seeds must be a text',
    )
  })

  it('extend takes a list of seeds', async () => {
    expect((await failureOf('extend', 'nowhere', 6)).message).toBe('seeds must be a list, not 6')
  })

  it.each(['compare', 'describeData', 'eject', 'findLearningRates', 'runExperiment', 'sweep', 'verify'])(
    '%s takes an experiment with its defaults, and says how one is made',
    async (name) => {
      const { seeds: _, ...withoutSeeds } = experiment
      for (const given of [undefined, 'experiment.yaml', { name: 'pets' }, withoutSeeds])
        expect(await failureOf(name, given)).toMatchObject({
          code: 'SPEC_INVALID',
          message: expect.stringContaining(`${name} takes an experiment`),
          hint: expect.stringContaining('defineExperiment('),
        })
      expect((await failureOf(name, { name: 'pets' })).message).toContain('dataset')
    },
  )
})
