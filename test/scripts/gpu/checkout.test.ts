import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { digestCode, readCommit } from '../../../scripts/gpu/checkout.js'
import { temporaryFolder } from './rig.js'

describe('the code of a step', () => {
  it('is another one when a file of it changes, appears or is renamed, with git or without', () => {
    const root = checkout({ 'python/a.py': 'x', 'bench/b.py': 'x' })
    const digests = [digestCode(root, ['bench'])]
    for (const [file, text] of [
      ['python/a.py', 'y'],
      ['bench/b.py', 'y'],
      ['python/deep/c.py', ''],
      ['python/deep/d.py', ''],
    ] as const) {
      write(root, file, text)
      digests.push(digestCode(root, ['bench']))
    }
    expect(new Set(digests).size).toBe(digests.length)
  })

  it('stays the same when other folders change, or Python leaves what it has compiled', () => {
    const root = checkout({ 'python/a.py': 'x', 'bench/b.py': 'x' })
    const before = digestCode(root, [])
    write(root, 'bench/b.py', 'y')
    write(root, 'docs/page.md', 'y')
    write(root, 'python/__pycache__/a.pyc', 'y')
    expect(digestCode(root, [])).toBe(before)
  })
})

describe('the commit', () => {
  it('is the version of the package where git knows of no checkout', async () => {
    const root = checkout({ 'package.json': '{ "version": "1.2.3" }' })
    expect(await readCommit(root)).toBe('version 1.2.3, whose commit is unknown')
  })
})

function checkout(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder()
  for (const [file, text] of Object.entries(files)) write(root, file, text)
  return root
}

function write(root: string, file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  writeFileSync(path.join(root, file), text)
}
