import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { processorsOfLane, whyTooLittle } from '../../../src/run/executors/local.js'
import { parseRanges } from '../../../src/run/machine/processes.js'
import { visibleGpus } from '../../../src/run/machine/visible-gpus.js'
import { temporary } from '../rig.js'

const gib = 2 ** 30
afterEach(() => vi.unstubAllEnvs())

describe('the processors of a lane', () => {
  it('are as many for each, and nobody else has them', () => {
    expect([0, 1].map((lane) => processorsOfLane([4, 5, 6, 7, 8], 2, lane))).toEqual([
      [4, 5],
      [6, 7],
    ])
  })

  it('are shared where there are more lanes than processors', () => {
    expect([0, 1, 2].map((lane) => processorsOfLane([0, 1], 3, lane))).toEqual([[0], [1], [0]])
  })

  it('are read from ranges as Linux writes them', () => {
    expect(parseRanges('0-2,5')).toEqual([0, 1, 2, 5])
  })
})

describe('the memory for another worker', () => {
  it('does where the largest one would fit once more, and those that begin have grown', () => {
    expect(whyTooLittle(8 * gib, [3 * gib, 0])).toBeNull()
    expect(whyTooLittle(5 * gib, [3 * gib, 0])).toContain('some 3.0 GiB of memory, and 2.0 GiB are left')
  })

  it('is what a small backbone needs where nobody has shown more', () => {
    expect(whyTooLittle(1.4 * gib, [])).toContain('1.5 GiB')
  })
})

describe('the GPUs that runs are divided among', () => {
  it('are those that the user leaves visible', () => {
    expect(visibleGpus({ CUDA_VISIBLE_DEVICES: '2, GPU-5e6f' })).toEqual(['2', 'GPU-5e6f'])
    expect(visibleGpus({ CUDA_VISIBLE_DEVICES: '-1' })).toEqual([])
  })

  it('are otherwise those that the driver lists, and none without one', () => {
    const bin = mkdtempSync(path.join(temporary, 'bin-'))
    vi.stubEnv('PATH', bin)
    expect(visibleGpus({})).toEqual([])
    writeFileSync(path.join(bin, 'nvidia-smi'), '#!/bin/sh\necho 0\necho 1\n')
    chmodSync(path.join(bin, 'nvidia-smi'), 0o755)
    expect(visibleGpus({})).toEqual(['0', '1'])
  })
})
