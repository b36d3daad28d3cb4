import { describe, expect, it } from 'vitest'
import { renderParityDocument } from '../../scripts/parity-document.js'
import type { Verification } from '../../src/compare/verification.js'
import { roundingOf, rungOf, verificationOf } from '../report/verifications.js'

function documentOf(verification: Verification): string {
  return renderParityDocument({
    imageSize: 64,
    versions: 'torch 2.13.0',
    climbed: [{ backbone: 'resnet18', machine: '2 cores of a CPU', verification }],
    differences: [
      {
        library: 'torch 2.13.0',
        operation: '`x`',
        file: 'scripts/differences/pytorch_x.py',
        program: '"""PyTorch rounds x."""\n\nimport torch\n\nprint(torch.e)\n',
        output: 'off by 3.0e-08',
      },
    ],
  })
}

describe('docs/parity.md', () => {
  it('has a row for each backbone with the figure of each rung, and the errors of both engines', () => {
    const text = documentOf(verificationOf())
    expect(text).toContain(
      '| backbone | pixels, weights, evaluation | features | logits | loss | gradients |',
    )
    expect(text).toContain('| resnet18 | equal | 4.1e-15 | 4.1e-15 |')
    expect(text).toContain('| resnet18 | 4.1e-7 / 3.9e-7 |')
    expect(text).toContain('Machine: 2 cores of a CPU. torch 2.13.0.')
    expect(text).not.toContain('Where the engines part')
  })

  it('marks what is beyond its bound, and says where', () => {
    const text = documentOf(
      verificationOf(
        rungOf('weights', { passed: false, worst: 1e-6, where: 'conv1.weight' }),
        rungOf('features', { passed: false, worst: 3e-7 }),
        roundingOf('logits', { passed: false, pytorch: 2e-3 }),
      ),
    )
    expect(text).toContain('| resnet18 | **weights differ** | **3.0e-7** |')
    expect(text).toContain('**4.1e-7 / 2.0e-3**')
    expect(text).toContain(
      '## Where the engines part\n\n- resnet18: weights (the first phase) at conv1.weight',
    )
  })

  it('marks what is judged in part, and says why', () => {
    const text = documentOf(verificationOf(rungOf('steps', { note: 'Not judged: step 9.' })))
    expect(text).toContain('4.1e-15 (in part)')
    expect(text).toContain('- resnet18, steps, phase: Not judged: step 9.')
  })

  it('shows each mended difference by its program and what that printed', () => {
    const text = documentOf(verificationOf())
    expect(text).toContain('| torch 2.13.0 | `x` | off by 3.0e-08 |')
    expect(text).toContain(
      '### PyTorch rounds x\n\n`scripts/differences/pytorch_x.py`:\n\n```python\nimport torch\n\nprint(torch.e)\n```\n',
    )
  })
})
