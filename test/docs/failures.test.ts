import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { exitCodeOfFailure } from '../../src/cli/exit-code.js'
import { failureCodes } from '../../src/failure.js'

describe('docs/failures.md', () => {
  const text = readFileSync(new URL('../../docs/failures.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| `([A-Z_]+)` +\| (\d+) +\|/gm)].map(([, code, exit]) => [
    code,
    Number(exit),
  ])

  it('lists every code with its exit code, in order', () => {
    expect(rows).toEqual(failureCodes.map((code) => [code, exitCodeOfFailure({ code })]))
  })
})
