import { describe, expect, it } from 'vitest'
import { renderVerification } from '../../src/report/parity-table.js'
import { describeDivergence } from '../../src/report/parity-texts.js'
import { roundingOf, rungOf, verificationOf } from './verifications.js'

const plain = { color: false, columns: 80 }

describe('the table of a ladder that holds', () => {
  const text = renderVerification('fashion', verificationOf(), plain)

  it('has every rung, with what was found and what is allowed', () => {
    expect(text).toMatch(/^fashion {2}parity ladder {2}every rung holds$/m)
    expect(text).toMatch(/^Meaning, in float64: the first phase$/m)
    expect(text).toMatch(/^Meaning, in float64: all trained, BatchNorm in training mode$/m)
    expect(text).toMatch(/^ +pixels +equal +equal +any +passed$/m)
    expect(text).toMatch(/^ +gradients +4\.1e-15 +1\.0e-10 +1\.0e-10 +passed$/m)
  })

  it('has the rounding of both engines beside each other', () => {
    expect(text).toMatch(/^Rounding, in float32: .*$/m)
    expect(text).toMatch(/^ +features +4\.1e-7 +3\.9e-7 +1\.3 +passed$/m)
    expect(text).toMatch(/^ +steps +4\.1e-7 +3\.9e-7 +1\.3 +not judged$/m)
  })

  it('names no divergence, and fits a terminal', () => {
    expect(describeDivergence(verificationOf())).toBeNull()
    expect(text).not.toContain('First divergence')
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })
})

describe('the table of a ladder that breaks', () => {
  const broken = verificationOf(
    rungOf('features', { passed: false, worst: 3.1e-7, pytorch: 0.2500001, trained: 'all' }),
    rungOf('logits', { passed: false, worst: 2e-7, trained: 'all', where: 'inference mode' }),
  )

  it('says how many rungs failed, and of the first one where, by how much and what was allowed', () => {
    const text = renderVerification('fashion', broken, plain)
    expect(text).toContain('2 rungs failed')
    expect(text).toMatch(/^ +features +3\.1e-7 +1\.0e-10 +1\.0e-10 +failed$/m)
    expect(describeDivergence(broken)).toBe(
      'features (all trained, BatchNorm in training mode) at layer4 (timm layer4, keras-hub stack3_block1_out), ' +
        'inference mode, [image 3, channel 17, 0, 0]: 0.25 in TensorFlow, 0.2500001 in PyTorch. ' +
        'The largest difference is 3.1e-7, the bound is 1.0e-10.',
    )
    expect(text).toMatch(/First divergence\n {2}features \(all trained/)
  })

  it('says of pixels which batch is another, where there is no size', () => {
    const pixels = rungOf('pixels', {
      passed: false,
      worst: null,
      where: 'batch 1',
      note: '3 of 3 batches differ.',
    })
    const text = renderVerification('fashion', verificationOf(pixels), plain)
    expect(text).toMatch(/^ +pixels +– +equal +any +failed$/m)
    expect(describeDivergence(verificationOf(pixels))).toBe(
      'pixels (the first phase) at batch 1. 3 of 3 batches differ.',
    )
  })

  it('names an engine that is less exact where all means the same', () => {
    const features = roundingOf('features', { passed: false, ratio: 1204, pytorch: 4.9e-4 })
    expect(describeDivergence(verificationOf(features))).toBe(
      'features in float32 at layer4, inference mode: one engine has 1204 times the error of the other. ' +
        "TensorFlow's error is 4.1e-7, PyTorch's 4.9e-4.",
    )
  })
})

it('shows what was not judged, and why', () => {
  const steps = rungOf('steps', { note: 'Not judged: step 9 and 1 more.' })
  expect(renderVerification('fashion', verificationOf(steps), plain)).toMatch(
    /Notes\n {2}steps, phase {2}Not judged: step 9 and 1 more\./,
  )
})
