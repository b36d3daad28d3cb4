import { describe, expect, it } from 'vitest'
import type { FrameworkDifference } from '../../src/protocol/measure-differences.js'
import { renderFrameworkDifferences } from '../../src/report/framework-differences-table.js'

const plain = { color: false, columns: 80 }
const differences: readonly FrameworkDifference[] = [
  {
    ingredient: 'weights',
    tensorflow: 'drawn by Keras',
    pytorch: 'drawn by torchvision',
    effect: null,
    effectOn: null,
    note: 'Random.',
  },
  {
    ingredient: 'batch norm epsilon',
    tensorflow: '1.001e-05',
    pytorch: '1e-05',
    effect: 9.47e-6,
    effectOn: 'logits',
    note: null,
  },
  {
    ingredient: 'optimizer epsilon',
    tensorflow: '1e-07',
    pytorch: '1e-08',
    effect: 0.7920277,
    effectOn: 'first update',
    note: null,
  },
]

describe('the list of what differs in idiomatic mode', () => {
  const text = renderFrameworkDifferences(
    'document',
    { differences: [...differences], unexplained: 1.5e-15 },
    plain,
  )

  it('has each ingredient with its effect and both values', () => {
    expect(text).toMatch(/^document {2}idiomatic mode {2}3 differences$/m)
    expect(text).toMatch(/^ +batch norm epsilon +9\.5e-6 of logits +TensorFlow: 1\.001e-05; PyTorch:/m)
    expect(text).toMatch(/^ +optimizer epsilon +0\.79 of first update +TensorFlow: 1e-07;/m)
  })

  it('says of what is not measured why', () => {
    expect(text).toMatch(/^ +weights +not measured +TensorFlow: drawn by Keras/m)
    expect(text).toContain('Random.')
  })

  it('says how much is left when all is swapped, where that is known', () => {
    expect(text.replaceAll(/\s+/g, ' ')).toContain("PyTorch's logits are TensorFlow's to 1.5e-15.")
    const unknown = renderFrameworkDifferences('document', { differences: [], unexplained: null }, plain)
    expect(unknown).toContain("isn't known")
  })

  it('fits a terminal', () => {
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })
})
