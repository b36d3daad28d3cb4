import { expect, it } from 'vitest'
import { nearest } from '../../src/spec/nearest.js'

it.each([
  ['bachSize', ['batchSize', 'phases'], 'batchSize'],
  ['modle', ['mode', 'model'], 'model'],
  ['batch_size', ['batchSize'], 'batchSize'],
  ['TensorFlow', ['tensorflow', 'pytorch'], 'tensorflow'],
  ['torch', ['tensorflow', 'pytorch'], 'pytorch'],
  ['resnet-50', ['resnet18', 'resnet50'], 'resnet50'],
  ['resnet34', ['resnet18', 'resnet50'], null],
  ['lr', ['learningRate', 'name'], null],
  ['', ['a'], null],
])('%s among %j means %s', (text, candidates, meant) => {
  expect(nearest(text, candidates)).toBe(meant)
})
