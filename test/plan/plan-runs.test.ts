import { expect, it } from 'vitest'
import { planRuns } from '../../src/plan/plan-runs.js'

it('plans seed by seed, and turns the order of the frameworks with each', () => {
  const runs = planRuns({ frameworks: ['tensorflow', 'pytorch'], seeds: [3, 0, 7] })
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
  expect(planRuns({ frameworks: ['pytorch'], seeds: [0, 1] })).toEqual([
    { framework: 'pytorch', seed: 0 },
    { framework: 'pytorch', seed: 1 },
  ])
})
