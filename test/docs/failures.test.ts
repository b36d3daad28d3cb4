import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { exitCodeOfFailure } from '../../src/cli/exit-code.js'
import { failureCodes } from '../../src/failure.js'
import { readPage, root } from './pages.js'

describe('docs/failures.md', () => {
  const rows = [...readPage('docs/failures.md').matchAll(/^\| `([A-Z_]+)` +\| (\d+) +\|/gm)]

  it('lists every code with its exit code, in order', () => {
    expect(rows.map(([, code, exit]) => [code, Number(exit)])).toEqual(
      failureCodes.map((code) => [code, exitCodeOfFailure({ code })]),
    )
  })

  it('has no code that no test provokes', () => {
    const listsOfCodes = ['docs/failures.test.ts', 'cli/exit-code.test.ts']
    const tests = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|tsx|py)$/.test(file) && !listsOfCodes.includes(file))
      .map((file) => readFileSync(path.join(root, 'test', file), 'utf8'))
    expect(
      failureCodes.filter((code) => !tests.some((text) => new RegExp(`\\b${code}\\b`).test(text))),
    ).toEqual([])
  })
})
