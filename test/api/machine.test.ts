import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { examineMachine } from '../../src/api/machine.js'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'twintune-machine-'))
  writeFileSync(path.join(folder, 'file'), '')
})

afterAll(() => rmSync(folder, { recursive: true }))

it('finds room where folders that are not there yet will be made', async () => {
  const runs = path.join(folder, 'not', 'yet')
  const machine = await examineMachine(runs, { TWINTUNE_CACHE_DIR: folder })
  // Others may write to the disk at any moment, so that no two looks at it need agree.
  expect(machine.runs).toEqual({ folder: runs, freeBytes: expect.any(Number), writable: true })
  expect(machine.cache.writable).toBe(true)
  expect(machine.cache.freeBytes).toBeGreaterThan(0)
})

it('says of a folder that can never be made that it is not writable', async () => {
  const machine = await examineMachine(path.join(folder, 'file', 'runs'), { TWINTUNE_CACHE_DIR: folder })
  expect(machine.runs.writable).toBe(false)
})
