import { expect, test } from 'vitest'
import { differingOptions } from '../../src/page/differing-options.js'

const first = `
name: pets
seeds: [0, 1]
training:
  batchSize: 32
  phases: [{ epochs: 1, optimizer: { name: adam, beta1: 0.9 } }]
`

test('the options in which specifications differ are listed with the value in each', () => {
  const second = first.replace('32', '64').replace('[0, 1]', '[0, 1, 2]')
  const third = first.replace('adam, beta1: 0.9', 'sgd')
  expect(differingOptions([first, second, third])).toEqual([
    { path: 'seeds', values: ['0, 1', '0, 1, 2', '0, 1'] },
    { path: 'training.batchSize', values: ['32', '64', '32'] },
    { path: 'training.phases[0].optimizer.name', values: ['adam', 'adam', 'sgd'] },
    { path: 'training.phases[0].optimizer.beta1', values: ['0.9', '0.9', null] },
  ])
})

test('a specification that is gone or damaged has no options', () => {
  expect(differingOptions(['a: &a\n  b: *a', 'name: pets'])).toEqual([
    { path: 'name', values: [null, 'pets'] },
  ])
  expect(differingOptions(['name: pets', null, '{'])).toEqual([
    { path: 'name', values: ['pets', null, null] },
  ])
})
