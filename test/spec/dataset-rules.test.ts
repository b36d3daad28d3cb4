import { describe, expect, it } from 'vitest'
import { issuesOfValue, smallest } from './rig.js'

const withData = (dataset: object) => ({ ...smallest, dataset })
const parquet = (fields: object) => withData({ source: 'parquet', train: '/data/train.parquet', ...fields })
const csv = (fields: object) => withData({ source: 'csv', train: '/data/images.csv', ...fields })
const hub = (fields: object) => withData({ source: 'huggingface', train: 'someone/pets', ...fields })

describe('rules on the data', () => {
  it.each([
    [
      'the training images as the test',
      parquet({ test: '/data/train.parquet' }),
      'dataset.test: is the same as dataset.train',
    ],
    [
      'the validation images as the test',
      parquet({ validation: '/data/v.parquet', test: '/data/v.parquet' }),
      'dataset.test: is the same as dataset.validation',
    ],
    [
      'the training split as the test',
      hub({ testSplit: 'train' }),
      'dataset.testSplit: is the same as dataset.trainSplit',
    ],
    [
      'one column for image and class',
      parquet({ labelColumn: 'image' }),
      'dataset.labelColumn: is the same column as dataset.imageColumn',
    ],
    [
      'one column for class and split',
      csv({ splitColumn: 'label' }),
      'dataset.splitColumn: is the same column as dataset.labelColumn',
    ],
    [
      'a test beside a column of splits',
      csv({ splitColumn: 'split', test: '/data/test.csv' }),
      'dataset.test: the rows of dataset.splitColumn are the splits: give one of the two',
    ],
    [
      'shares that leave nothing',
      parquet({ validationFraction: 0.8 }),
      'dataset.validationFraction: validationFraction (0.8) and testFraction (0.2) leave no images to train on',
    ],
    [
      'a revision of a local folder',
      hub({ train: './pets', revision: 'v2' }),
      'dataset.revision: is for datasets on the hub: a local folder has one state',
    ],
    [
      'an address as the name of a dataset',
      hub({ train: 'https://huggingface.co/datasets/someone/pets' }),
      'dataset.train: must be a name on the hub, such as owner/name, or a local folder, which begins with ./, ../ or /, got https://huggingface.co/datasets/someone/pets',
    ],
  ])('reject %s', (_, spec, issue) => {
    expect(issuesOfValue(spec)).toEqual([issue])
  })

  it.each([
    ['any share for validation beside a test', parquet({ validationFraction: 0.9, test: '/t' })],
    ['any share for the test beside validation images', parquet({ testFraction: 0.9, validation: '/v' })],
    ['files of their own for each split', csv({ validation: '/v.csv', test: '/t.csv' })],
    ['a column of splits', csv({ splitColumn: 'split' })],
    ['a dataset of the hub with its revision', hub({ revision: 'main', testSplit: 'test' })],
    ['a dataset without an owner', hub({ train: 'mnist' })],
    ['a local folder', hub({ train: '../pets', testSplit: 'test' })],
  ])('accept %s', (_, spec) => {
    expect(issuesOfValue(spec)).toEqual([])
  })
})
