import { expect, it } from 'vitest'
import { planRuns } from '../../src/plan/plan-runs.js'
import { comparisonSettingsSchema } from '../../src/spec/comparison-schema.js'

const comparison = comparisonSettingsSchema.parse({})

it('plans seed by seed, and turns the order of the frameworks with each', () => {
  const runs = planRuns({ frameworks: ['tensorflow', 'pytorch'], seeds: [3, 0, 7], comparison })
  expect(runs.map(({ framework, seed }) => `${framework} ${seed}`)).toEqual([
    'tensorflow 3',
    'pytorch 3',
    'pytorch 0',
    'tensorflow 0',
    'tensorflow 7',
    'pytorch 7',
  ])
})

it('plans the runs of one framework alone', () => {
  expect(planRuns({ frameworks: ['pytorch'], seeds: [0, 1], comparison })).toEqual([
    { framework: 'pytorch', seed: 0 },
    { framework: 'pytorch', seed: 1 },
  ])
})

it('plans the repeats after all runs that count, in the same order', () => {
  const noisy = { ...comparison, noise: true }
  expect(planRuns({ frameworks: ['tensorflow', 'pytorch'], seeds: [0, 1], comparison: noisy })).toEqual([
    { framework: 'tensorflow', seed: 0 },
    { framework: 'pytorch', seed: 0 },
    { framework: 'pytorch', seed: 1 },
    { framework: 'tensorflow', seed: 1 },
    { framework: 'tensorflow', seed: 0, repeat: true },
    { framework: 'pytorch', seed: 0, repeat: true },
    { framework: 'pytorch', seed: 1, repeat: true },
    { framework: 'tensorflow', seed: 1, repeat: true },
  ])
})
