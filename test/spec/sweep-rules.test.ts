import { expect, it } from 'vitest'
import { issuesOfFile, issuesOfValue, smallest, smallestYaml } from './rig.js'

function issuesOf(sweep: object, changes: object = {}): string[] {
  return issuesOfValue({ ...smallest, ...changes, sweep })
}

it('a parameter is the path of an option of the training, the model or the augmentation', () => {
  const choice = { choice: [1] }
  expect(issuesOf({ parameters: { seeds: choice } })[0]).toContain("can't be searched")
  expect(issuesOf({ parameters: { 'a b': choice } })[0]).toContain('is no path')
  const twice = { training: { choice: [{}] }, 'training.batchSize': choice }
  expect(issuesOf({ parameters: twice })[0]).toContain('overlaps the parameter training')
  expect(issuesOf({ parameters: { 'training.batchSize': choice } })).toEqual([])
})

it('a value that the option can not have is refused at its place', () => {
  expect(issuesOf({ parameters: { 'training.batchSize': { choice: [16, 'many'] } } })).toEqual([
    'sweep.parameters["training.batchSize"].choice[1]: expected a number, got the text \'many\'',
  ])
})

it('more values than can be checked before the start are refused', () => {
  const choice = Array.from({ length: 1001 }, (_, index) => index + 1)
  const [issue] = issuesOf({ parameters: { 'training.batchSize': { choice } } })
  expect(issue).toContain('must have at most 1000 entries')
})

it('a value that fits beside some values of the others is let through', () => {
  const parameters = {
    'model.head.hidden': { choice: [[], [8]] },
    'model.head.dropout': { choice: [0, 0.5] },
  }
  expect(issuesOf({ parameters }, { model: { backbone: 'resnet50', head: { hidden: [] } } })).toEqual([])
})

it('a grid has no ranges and no number of trials, and a sampler needs Optuna', () => {
  const parameters = { 'training.labelSmoothing': { uniform: [0, 0.1] } }
  expect(issuesOf({ parameters, strategy: 'grid', trials: 3, sampler: 'tpe' }).length).toBe(3)
})

it('a grid has no more combinations than a search has trials', () => {
  const parameters = {
    'training.batchSize': { int: [1, 1e9] },
    'training.labelSmoothing': { choice: [0, 0.1] },
  }
  expect(issuesOf({ parameters, strategy: 'grid' })).toEqual([
    'sweep.parameters: have 2,000,000,000 combinations; a grid has at most 100,000. Use fewer values, or strategy: random',
  ])
})

it('the final seeds are none that the trials have', () => {
  const parameters = { 'training.batchSize': { choice: [16] } }
  expect(issuesOf({ parameters, finalSeeds: [0, 4] })).toEqual([
    'sweep.finalSeeds[0]: 0 is the seed of all trials: take others',
  ])
})

it('--set reaches into a sweep, to a parameter by its quoted path', async () => {
  const set = ['sweep.trials=5', 'sweep.parameters["training.batchSize"].choice=[16, 0]']
  expect(await issuesOfFile('a.yaml', smallestYaml, { set })).toEqual([
    expect.stringContaining('must be at least 1'),
  ])
})
