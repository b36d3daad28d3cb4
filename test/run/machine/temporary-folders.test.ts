import { afterEach, expect, it, vi } from 'vitest'
import { makeTemporaryFolder } from '../../../src/run/machine/temporary-folders.js'

afterEach(() => void vi.unstubAllEnvs())

it('names the folder of TMPDIR where that is not there', () => {
  vi.stubEnv('TMPDIR', '/nowhere/at/all')
  expect(makeTemporaryFolder).toThrow(
    expect.objectContaining({
      code: 'FILE_UNWRITABLE',
      message: expect.stringContaining('/nowhere/at/all'),
      hint: expect.stringContaining('TMPDIR'),
    }),
  )
})
