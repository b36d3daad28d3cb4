import { expect, it } from 'vitest'
import { renderSweeps } from '../../src/report/learning-rate-table.js'
import { sweepOf } from './sweeps.js'

const plain = { color: false, columns: 80 }

it('names the suggestions of each framework, how the sweep ended and where the plot is', () => {
  const none = sweepOf('pytorch', { suggestions: { valley: null, steep: null }, ended: 'finished' })
  const text = renderSweeps([sweepOf('tensorflow'), none], '/out/lr-find.svg', plain)
  expect(text).toMatch(/TensorFlow +1\.00e-3 +1\.58e-4 +\d\.\d{4} +92 steps +diverged +12 s/)
  expect(text).toMatch(/PyTorch +– +– +\d\.\d{4} +92 steps +went to its end/)
  expect(text).toContain('Plot: /out/lr-find.svg')
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})
