import { expect, it } from 'vitest'
import { compare, defineExperiment, runExperiment, TwintuneError } from '../src/index.js'

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

it.each([0, -1, 1.5, Number.NaN])('runExperiment refuses %d runs at the same time', async (parallel) => {
  await expect(runExperiment(experiment, { parallel }).next()).rejects.toMatchObject({
    failure: { code: 'SPEC_INVALID', message: expect.stringContaining('parallel') },
  })
})
