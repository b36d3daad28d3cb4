import { describe, expect, it } from 'vitest'
import { whyBusy, whyDisturbed } from '../../../src/run/machine/hardware.js'
import { finishedRun } from '../../report/comparison.js'

describe('whyBusy', () => {
  it('tells of a load that would spoil the times', () => {
    expect(whyBusy(1.8, 2)).toContain('1.8 on 2 cores')
  })

  it('is silent on a quiet machine', () => {
    expect(whyBusy(0.2, 2)).toBeNull()
  })
})

describe('whyDisturbed', () => {
  it('tells which run others took a tenth of the processors from', () => {
    const message = whyDisturbed(finishedRun('pytorch', 3, { othersCpuShare: 0.1 }))
    expect(message).toContain('Others used 10%')
    expect(message).toContain('during PyTorch seed 3:')
  })

  it('tells every run apart, since people are told the same warning once', () => {
    const runs = (['tensorflow', 'pytorch'] as const)
      .map((framework) => finishedRun(framework, 3, { othersCpuShare: 0.2 }))
      .flatMap((run) => [run, { ...run, repeat: true } as const])
    expect(new Set(runs.map(whyDisturbed)).size).toBe(4)
  })

  it.each([0.09, null])('is silent about a share of %s', (othersCpuShare) => {
    expect(whyDisturbed(finishedRun('pytorch', 0, { othersCpuShare }))).toBeNull()
  })
})
