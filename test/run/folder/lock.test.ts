import { createHash } from 'node:crypto'
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { execa } from 'execa'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { FolderLock, isInUse } from '../../../src/run/folder/lock.js'

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>()
  return { ...fs, linkSync: vi.fn(fs.linkSync), rmSync: vi.fn(fs.rmSync) }
})
const { rmSync: rm } = await vi.importActual<typeof import('node:fs')>('node:fs')

/** Number that no process has: Linux gives none above 2 ** 22. */
const noProcess = 2 ** 30
const elsewhere = JSON.stringify({ pid: 1, host: 'elsewhere', started: null })

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'twintune-lock-'))
  file = path.join(folder, 'lock.json')
  onTestFinished(() => rm(folder, { recursive: true }))
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

  it('names what is being carried out in the folder', () => {
    writeFileSync(file, elsewhere)
    expect(() => FolderLock.take(folder)).toThrow('The comparison is being carried out by')
    expect(() => FolderLock.take(folder, 'sweep')).toThrow('The sweep is being carried out by')
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

  it('is written in its place where there are no hard links, and counts there', () => {
    const refuse = () => {
      throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' })
    }
    vi.mocked(linkSync).mockImplementationOnce(refuse).mockImplementationOnce(refuse)
    const lock = FolderLock.take(folder)
    expect(readdirSync(folder)).toEqual(['lock.json'])
    expect(() => FolderLock.take(folder)).toThrow(`process ${process.pid} on `)
    lock.release()
  })

  it('does not count when it is torn', () => {
    writeFileSync(file, '{"pid":')
    expect(isInUse(folder)).toBe(false)
    FolderLock.take(folder).release()
  })
})

describe('a stale lock that another process takes away at the same time', () => {
  beforeEach(() => writeLock({ pid: noProcess }))

  /** Has another process act once this one has found the lock stale, and has the right to take it away. */
  function beforeRemoval(act: () => void): void {
    // Two files go before: those that this lock, and the second one, were written to aside.
    vi.mocked(rmSync).mockImplementationOnce(rm)
    vi.mocked(rmSync).mockImplementationOnce((...args) => {
      act()
      rm(...args)
    })
  }

  it('is left to the other one, which has put a fresh lock in its place', () => {
    beforeRemoval(() => writeFileSync(file, elsewhere))
    expect(() => FolderLock.take(folder)).toThrow('process 1 on elsewhere')
    expect(readFileSync(file, 'utf8')).toBe(elsewhere)
  })

  it('is left to the other one, which is still taking it away', () => {
    const name = createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16)
    writeFileSync(`${file}.${name}`, elsewhere)
    expect(() => FolderLock.take(folder)).toThrow('process 1 on elsewhere')
  })

  it('is taken away by this one where the other one was killed before it had', () => {
    const stale = readFileSync(file, 'utf8')
    const name = createHash('sha256').update(stale).digest('hex').slice(0, 16)
    writeFileSync(`${file}.${name}`, stale)
    FolderLock.take(folder).release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('is no hindrance when it is just gone', () => {
    beforeRemoval(() => rm(file))
    FolderLock.take(folder).release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('never has two holders, however many processes are after it', { timeout: 60_000 }, async () => {
    const contender = fileURLToPath(new URL('../../fixtures/run/lock-contender.ts', import.meta.url))
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
    const args = ['--import', tsx, contender, folder, '30']
    const contenders = Array.from({ length: 4 }, () => execa(process.execPath, args))
    const outputs = (await Promise.all(contenders)).map(({ stdout }) => stdout)
    expect(outputs).toEqual(Array(4).fill('30 times the only holder'))
  })
})

describe('the end of a holder', () => {
  it('is no failure where the lock cannot be deleted', () => {
    const lock = FolderLock.take(folder)
    rmSync(file)
    mkdirSync(file)
    lock.release()
  })
})
