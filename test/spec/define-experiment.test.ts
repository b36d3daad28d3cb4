import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { TwintuneError } from '../../src/failure.js'
import { defineExperiment } from '../../src/spec/define-experiment.js'
import type { ExperimentInput } from '../../src/spec/schema.js'
import { SpecError } from '../../src/spec/spec-error.js'
import { smallest } from './rig.js'

it('an experiment gets its defaults, and its paths from the working directory', () => {
  const experiment = defineExperiment({ ...smallest, dataset: { source: 'imagefolder', train: 'images' } })
  expect(experiment.dataset).toMatchObject({ train: resolve('images'), validationFraction: 0.2 })
  expect(defineExperiment(experiment)).toEqual(experiment)
})

it('an experiment that is wrong throws all its issues', () => {
  const input = { ...smallest, name: '', training: { bachSize: 3 } } as ExperimentInput
  expect(() => defineExperiment(input)).toThrow(SpecError)
  expect(() => defineExperiment(input)).toThrow(TwintuneError)
  expect(() => defineExperiment(input)).toThrow(
    expect.objectContaining({
      failure: expect.objectContaining({ code: 'SPEC_INVALID', message: expect.stringContaining('\n') }),
      issues: [
        {
          file: null,
          line: null,
          column: null,
          path: 'training.bachSize',
          message: "unknown key 'bachSize'; did you mean 'batchSize'?",
          suggestion: 'batchSize',
        },
        expect.objectContaining({ path: 'name', suggestion: null }),
      ],
    }),
  )
})

it('an object that holds itself is refused at once', () => {
  const input: Record<string, unknown> = { ...smallest }
  input.dataset = input
  expect(() => defineExperiment(input as unknown as ExperimentInput)).toThrow('nested more than 100 deep')
})
