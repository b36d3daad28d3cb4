import { describe, expect, test } from 'vitest'
import type { Noise, NoiseRow } from '../../src/compare/noise.js'
import { renderNoiseTable } from '../../src/report/noise-table.js'
import { createStyle } from '../../src/report/style.js'
import type { Framework } from '../../src/spec/schema.js'
import { comparison, facts, finishedRun } from './comparison.js'

const style = createStyle({ color: false, columns: 80 })

const exact = { mean: 0, largest: 0, pairs: 2 }
const noisy = { mean: 0.00051, largest: 0.001, pairs: 2 }
const between = { mean: 0.003, largest: 0.004, pairs: 2 }

function noise(row: NoiseRow): Noise {
  return {
    accuracy: row,
    topFiveAccuracy: row,
    macroF1: row,
    loss: row,
    calibrationError: row,
    firstStepLoss: row,
    differentImages: { ...row, between: { mean: 40, largest: 41, pairs: 2 } },
    sameModel: { tensorflow: false, pytorch: true },
    unlike: { tensorflow: [], pytorch: ['threads'] },
  }
}

function render(row: NoiseRow, { deterministic = false } = {}): string | null {
  const frameworks: Framework[] = ['tensorflow', 'pytorch']
  const runs = frameworks.flatMap((framework) =>
    [0, 1].map((seed) => finishedRun(framework, seed, { facts: facts(seed, { deterministic }) })),
  )
  const repeats = runs.map((run) => ({ ...run, repeat: true }) as const)
  return renderNoiseTable(comparison({ runs, repeats, noise: noise(row) }), style)
}

test('no table without repeats', () => {
  expect(renderNoiseTable(comparison(), style)).toBeNull()
})

describe('the table', () => {
  test('has each framework beside itself, and the two beside each other', () => {
    const table = render({ tensorflow: noisy, pytorch: exact, between })
    expect(table).toMatch(/accuracy +0\.051 \(0\.1\) +0 \(0\) +0\.3 \(0\.4\) +% points/)
    expect(table).toMatch(/step-1 loss +5\.1e-4 \(0\.001\) +0 \(0\) +0\.003 \(0\.004\) +nats/)
    expect(table).toMatch(/different .* 40 \(41\) +images/)
    expect(Math.max(...(table ?? '').split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  test('never shows as zero what is not', () => {
    const tiny = { mean: 1.2e-12, largest: 1.2e-12, pairs: 1 }
    expect(render({ tensorflow: tiny, pytorch: tiny, between: tiny })).toMatch(/loss +1\.2e-12 +1\.2e-12/)
  })
})

describe('whether a framework repeated itself', () => {
  const mixed = { tensorflow: noisy, pytorch: exact, between }

  test('is said as it was seen', () => {
    const prose = words(render(mixed))
    expect(prose).toContain('TensorFlow did not come to the same twice.')
    expect(prose).toContain('PyTorch came to exactly the same twice, to the last bit of the weights.')
  })

  test('is held against deterministic mode', () => {
    const prose = words(render(mixed, { deterministic: true }))
    expect(prose).toContain('TensorFlow did not come to the same twice, though in deterministic mode.')
    expect(prose).toContain(
      'PyTorch came to exactly the same twice, to the last bit of the weights, as deterministic mode has it.',
    )
  })

  test('is of the weights too: equal figures can hide that they differ', () => {
    const prose = words(render({ tensorflow: exact, pytorch: exact, between }))
    expect(prose).toContain('TensorFlow came to the same figures twice, but not to the same weights.')
  })

  test('comes with what the two runs did not share', () => {
    const prose = words(render(mixed))
    expect(prose).toContain(
      'PyTorch came to exactly the same twice, to the last bit of the weights. Its runs and their repeats do not report',
    )
    expect(prose).toContain('the same threads.')
    expect(prose).not.toContain('TensorFlow did not come to the same twice. Its')
  })

  test('is open where no seed finished twice', () => {
    const nothing = { tensorflow: null, pytorch: exact, between: null }
    const absent = { ...noise(nothing), differentImages: nothing }
    const table = renderNoiseTable(comparison({ noise: absent }), style)
    expect(words(table)).toContain('TensorFlow has no seed that finished twice.')
  })
})

function words(text: string | null): string {
  return (text ?? '').replaceAll(/\s+/g, ' ')
}
