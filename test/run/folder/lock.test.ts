import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { FolderLock, isInUse } from '../../../src/run/folder/lock.js'

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>()
  return { ...fs, renameSync: vi.fn(fs.renameSync) }
})
const { renameSync: rename } = await vi.importActual<typeof import('node:fs')>('node:fs')

/** Number that no process has: Linux gives none above 2 ** 22. */
const noProcess = 2 ** 30
const elsewhere = JSON.stringify({ pid: 1, host: 'elsewhere', started: null })

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'twintune-lock-'))
  file = path.join(folder, 'lock.json')
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

/** Writes the lock that this process would have, with some of its fields changed. */
function writeLock(changes: object): void {
  const lock = FolderLock.take(folder)
  const mine = JSON.parse(readFileSync(file, 'utf8'))
  lock.release()
  writeFileSync(file, JSON.stringify({ ...mine, ...changes }))
}

describe('the lock of a comparison folder', () => {
  it.each([
    ['a process that was killed', { pid: noProcess }],
    ['an earlier process of the same number', { started: 'earlier' }],
  ])('does not count when it is of %s', (_, changes) => {
    writeLock(changes)
    expect(isInUse(folder)).toBe(false)
    FolderLock.take(folder).release()
    expect(existsSync(file)).toBe(false)
  })

  it('of another machine counts, since its process cannot be asked for', () => {
    writeFileSync(file, elsewhere)
    expect(isInUse(folder)).toBe(true)
    expect(() => FolderLock.take(folder)).toThrow('process 1 on elsewhere')
  })

  it('counts where the system says of no process when it started', () => {
    writeLock({ started: null })
    expect(isInUse(folder)).toBe(true)
  })

  it('counts when its process is of another user, which answers no signal', () => {
    writeLock({ pid: noProcess })
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' })
    })
    onTestFinished(() => kill.mockRestore())
    expect(isInUse(folder)).toBe(true)
    expect(() => FolderLock.take(folder)).toThrow(`process ${noProcess} on `)
  })

  it('does not count when it is torn', () => {
    writeFileSync(file, '{"pid":')
    expect(isInUse(folder)).toBe(false)
    FolderLock.take(folder).release()
  })
})

describe('a stale lock that another process takes away at the same time', () => {
  beforeEach(() => writeLock({ pid: noProcess }))

  it('is left to the other one, which has put a fresh lock in its place', () => {
    vi.mocked(renameSync).mockImplementationOnce((from, to) => {
      writeFileSync(from, elsewhere)
      rename(from, to)
    })
    expect(() => FolderLock.take(folder)).toThrow('process 1 on elsewhere')
    expect(readFileSync(file, 'utf8')).toBe(elsewhere)
  })

  it.each([
    ['by its number and machine', elsewhere, 'process 1 on elsewhere'],
    ['as another process where its lock is not written out yet', '', 'another process'],
  ])('is left to the other one that locks just before, named %s', (_, fresh, named) => {
    vi.mocked(renameSync).mockImplementationOnce((from, to) => {
      rename(from, to)
      writeFileSync(from, fresh)
    })
    expect(() => FolderLock.take(folder)).toThrow(named)
    expect(readFileSync(file, 'utf8')).toBe(fresh)
  })

  it('is no hindrance when it is just gone', () => {
    vi.mocked(renameSync).mockImplementationOnce((from, to) => {
      rmSync(from)
      rename(from, to)
    })
    FolderLock.take(folder).release()
    expect(existsSync(file)).toBe(false)
  })
})
