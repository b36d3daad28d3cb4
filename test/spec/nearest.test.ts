import { expect, it } from 'vitest'
import { nearest, nearestFew } from '../../src/spec/nearest.js'

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

it.each([
  ['efficientnetv2', ['efficientnet_v2_s', 'efficientnet_v2_m']],
  ['renset50', ['resnet50', 'resnetv2_50']],
  ['mobilenet', ['mobilenet_v2', 'mobilenetv3_small_100']],
])('the names nearest to %s are %j', (text, nearestTwo) => {
  const names = [
    'vgg11',
    'mobilenetv3_small_100',
    'resnet50',
    'resnetv2_50',
    'efficientnet_b0',
    'mobilenet_v2',
  ]
  expect(nearestFew(text, [...names, 'efficientnet_v2_s', 'efficientnet_v2_m'], 2)).toEqual(nearestTwo)
})
