import { expect, test } from 'vitest'
import { markDefaults } from '../../src/page/mark-defaults.js'

const specification = `name: pets
dataset:
  source: imagefolder
  train: pets
  imageSize: 64
model:
  backbone: resnet18
training:
  batchSize: 32
  phases:
    - epochs: 1
      trainable: head
      optimizer:
        name: adam
        learningRate: 0.01
seeds:
  - 0
  - 1
`

test('values that the specification would have without naming them are marked, and no others', () => {
  const lines = markDefaults(specification).split('\n')
  expect(lines.filter((line) => line.endsWith('# default')).map((line) => line.trim())).toEqual([
    'batchSize: 32 # default',
    'trainable: head # default',
  ])
  expect(lines).toContain('seeds: [ 0, 1 ]')
  expect(lines).toContain('        learningRate: 0.01')
})

test('a text that is no specification stays as it is', () => {
  for (const text of ['', 'name: pets', '{', '&a [*a]', specification.replace('32', 'many')])
    expect(markDefaults(text)).toBe(text)
})
