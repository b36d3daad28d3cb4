import { expect, it } from 'vitest'
import { recordingProgressPrinter } from '../../src/log/recording-progress.js'
import type { RecordingProgress } from '../../src/protocol/progress.js'

const told: RecordingProgress[] = [
  { type: 'stage', stage: 'data' },
  { type: 'stage', stage: 'data', done: 4, total: 8 },
  { type: 'warning', code: 'DATASET', message: 'The test split has no image of dog.' },
  { type: 'warning', code: 'DATASET', message: 'The test split has no image of dog.' },
  { type: 'stage', stage: 'evaluate' },
]

function printed(quiet: boolean): string[] {
  const lines: string[] = []
  const print = recordingProgressPrinter((line) => lines.push(line), quiet)
  for (const progress of told) print('pytorch', { trained: 'phase', precision: 'float64' }, progress)
  return lines
}

it('the progress of a ladder is a line for what begins and for each warning', () => {
  expect(printed(false)).toEqual([
    'PyTorch, the first phase, in float64: reading the data',
    'warning PyTorch: The test split has no image of dog.',
    'PyTorch, the first phase, in float64: ten steps',
  ])
})

it('is the warnings alone where it should be quiet', () => {
  expect(printed(true)).toEqual(['warning PyTorch: The test split has no image of dog.'])
})
