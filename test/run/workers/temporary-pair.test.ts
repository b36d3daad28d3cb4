import { expect, it, onTestFinished, vi } from 'vitest'
import { withTemporaryPair } from '../../../src/run/workers/temporary-pair.js'

it('does nothing with a pair of which a framework cannot be used, and says why', async () => {
  vi.stubEnv('TWINTUNE_PYTHON_TENSORFLOW', '/nowhere/python')
  vi.stubEnv('TWINTUNE_PYTHON_PYTORCH', '/nowhere/python')
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  const use = vi.fn()
  const { signal } = new AbortController()
  await expect(withTemporaryPair(use, { mode: 'aligned', signal })).rejects.toMatchObject({
    failure: { code: 'INTERPRETER_MISSING', message: expect.stringContaining('/nowhere/python') },
  })
  expect(use).not.toHaveBeenCalled()
})
