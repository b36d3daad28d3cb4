import { expect, it } from 'vitest'
import {
  compare,
  defineExperiment,
  extend,
  runExperiment,
  TwintuneError,
  verify,
  withWarmWorkers,
} from '../src/index.js'

const experiment = defineExperiment({
  name: 'api',
  dataset: { source: 'imagefolder', train: '/nowhere/train' },
  model: { backbone: 'resnet18' },
})

it('compare throws a typed failure when nothing can run', async () => {
  const error = await compare(experiment).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(TwintuneError)
  expect(error).toMatchObject({ failure: { code: 'DATASET_NOT_FOUND' } })
})

it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
  'runExperiment refuses to call a Python hung after %d minutes',
  async (minutes) => {
    await expect(runExperiment(experiment, { hangTimeoutMinutes: minutes }).next()).rejects.toMatchObject({
      failure: {
        code: 'SPEC_INVALID',
        message: `hangTimeoutMinutes must be a number above 0, not ${minutes}`,
      },
    })
  },
)

it('workers that have ended are refused, and start nothing', async () => {
  const workers = await withWarmWorkers(async (warm) => warm)
  await expect(compare(experiment, { workers })).rejects.toMatchObject({
    failure: { code: 'SPEC_INVALID', message: expect.stringContaining('These workers have ended') },
  })
})

it.each([[[]], [[-1]], [[0.5]], [[2 ** 31]]])('extend refuses the seeds %j', async (seeds) => {
  await expect(extend('nowhere', seeds).next()).rejects.toMatchObject({ failure: { code: 'SPEC_INVALID' } })
})

it.each([0, -1, 1.5, Number.NaN])('runExperiment refuses %d runs at the same time', async (parallel) => {
  await expect(runExperiment(experiment, { parallel }).next()).rejects.toMatchObject({
    failure: { code: 'SPEC_INVALID', message: expect.stringContaining('parallel') },
  })
})

it('verify refuses what it can hold nothing against, before any Python starts', async () => {
  await expect(verify({ ...experiment, frameworks: ['pytorch'] })).rejects.toMatchObject({
    failure: { code: 'SPEC_INVALID', message: expect.stringContaining('pytorch alone') },
  })
  await expect(verify(experiment)).rejects.toMatchObject({ failure: { code: 'DATASET_NOT_FOUND' } })
})

it('verify refuses to plant what could not show', async () => {
  const dataset = { ...experiment.dataset, train: import.meta.dirname }
  await expect(
    verify({ ...experiment, dataset }, { phaseOnly: true, perturbation: 'bn-momentum' }),
  ).rejects.toMatchObject({ failure: { code: 'PERTURBATION_WITHOUT_EFFECT' } })
})
