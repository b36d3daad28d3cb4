import path from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')

// typedoc.json has warnings count as errors.
it('the reference of the TypeScript API explains every function and every type that one of them names', async () => {
  const { stdout, stderr, exitCode } = await execa('typedoc', ['--emit', 'none'], {
    cwd: root,
    preferLocal: true,
    reject: false,
  })
  expect(exitCode, `${stdout}\n${stderr}`).toBe(0)
})
