import { describe, expect, it } from 'vitest'
import { whyBusy } from '../../src/run/hardware.js'

describe('whyBusy', () => {
  it('tells of a load that would spoil the times', () => {
    expect(whyBusy(1.8, 2)).toContain('1.8 on 2 cores')
  })

  it('is silent on a quiet machine', () => {
    expect(whyBusy(0.2, 2)).toBeNull()
  })
})
