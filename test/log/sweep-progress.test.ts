import { describe, expect, it } from 'vitest'
import { sweepProgressPrinter } from '../../src/log/sweep-progress.js'
import type { SweepProgress } from '../../src/protocol/progress.js'

const told: SweepProgress[] = [
  { type: 'stage', stage: 'data' },
  { type: 'warning', code: 'DATASET', message: 'The test split has no image of dog.' },
  { type: 'sweep-step', step: 4, steps: 16, learningRate: 1e-3, smoothedLoss: 0.5 },
]

function printed(quiet: boolean): string[] {
  const lines: string[] = []
  const print = sweepProgressPrinter((line) => lines.push(line), quiet)
  for (const progress of told) print('pytorch', progress)
  return lines
}

describe('the progress of a sweep', () => {
  it('is a line for what begins, for each quarter and for each warning', () => {
    expect(printed(false)).toEqual([
      'PyTorch: reading the data',
      'warning PyTorch: The test split has no image of dog.',
      'PyTorch: step 4/16, learning rate 1.00e-3, loss 0.5000',
    ])
  })

  it('is the warnings alone where it should be quiet', () => {
    expect(printed(true)).toEqual(['warning PyTorch: The test split has no image of dog.'])
  })
})
