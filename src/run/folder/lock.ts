import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import * as z from 'zod'
import { hasCode, TwintuneError } from '../../failure.js'
import { isAlive } from '../machine/processes.js'
import { comparisonFiles } from './files.js'
import { readRegular } from './regular-file.js'
import { sha256 } from './sha256.js'

const holderSchema = z.strictObject({
  pid: z.int(),
  host: z.string(),
  started: z
    .string()
    .nullable()
    .describe('Start of the process, which tells it from a later process of the same number.'),
})

type Holder = z.output<typeof holderSchema>

/** Lock that holds the folder of a comparison or a sweep for this process: two processes would write over each other. */
export class FolderLock {
  readonly #file: string

  private constructor(file: string) {
    this.#file = file
  }

  /**
   * Takes a folder. A folder whose holder was killed is free.
   *
   * @param work - Work that the folder is of, in messages.
   * @throws TwintuneError COMPARISON_IN_USE when another process has it.
   */
  static take(folder: string, work: 'comparison' | 'sweep' = 'comparison'): FolderLock {
    return FolderLock.#takeFile(path.join(folder, comparisonFiles.lock), work)
  }

  static #takeFile(file: string, work: string): FolderLock {
    if (!create(file)) {
      const found = readText(file)
      const holder = holderOf(found)
      if (holder && isHeld(holder)) throw inUse(file, holder, work)
      if (found !== null) FolderLock.#removeStale(file, found, work)
      if (!create(file)) throw inUse(file, holderOf(readText(file)), work)
    }
    return new FolderLock(file)
  }

  // Who finds a stale lock may be slower than another process, which has removed it and locked anew. So only the holder
  // of a second lock, which is named after the stale one's content, removes that one, and looks again before.
  static #removeStale(file: string, stale: string, work: string): void {
    const removal = FolderLock.#takeFile(`${file}.${sha256(stale).slice(0, 16)}`, work)
    try {
      if (readText(file) === stale) rmSync(file, { force: true })
    } finally {
      removal.release()
    }
  }

  /** Releases the folder. What keeps the lock from being deleted is no failure: it is stale once this process ends. */
  release(): void {
    try {
      rmSync(this.#file, { force: true })
    } catch {}
  }
}

/** Takes away the lock that a killed process has left, where it can be. */
export function removeStaleLock(folder: string): void {
  try {
    if (existsSync(path.join(folder, comparisonFiles.lock))) FolderLock.take(folder).release()
  } catch {
    // A living process has the folder, or it may not be written.
  }
}

/** Whether a living process works in the folder. */
export function isInUse(folder: string): boolean {
  const holder = holderOf(readText(path.join(folder, comparisonFiles.lock)))
  return holder !== null && isHeld(holder)
}

// The lock is written aside and linked, so that nobody finds it half written. A file system without hard links, such as
// FAT, has it written in its place: another process may find it half written there, and takes it for torn.
function create(file: string): boolean {
  const holder: Holder = { pid: process.pid, host: os.hostname(), started: startOf(process.pid) }
  const aside = `${file}.${process.pid}.${randomUUID()}`
  const write = (place: string): void => writeFileSync(place, JSON.stringify(holder), { flag: 'wx' })
  write(aside)
  try {
    return isNew(() => linkSync(aside, file))
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error
    return isNew(() => write(file))
  } finally {
    rmSync(aside, { force: true })
  }
}

/** Makes a file, and returns whether none was there. */
function isNew(make: () => void): boolean {
  try {
    make()
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

// A process of another machine can't be asked for, and so counts as living.
function isHeld({ pid, host, started }: Holder): boolean {
  if (host !== os.hostname()) return true
  if (!isAlive(pid)) return false
  return started === null || startOf(pid) === null || started === startOf(pid)
}

// The boot and the clock ticks from it to the process' start; `null` where the system doesn't say.
function startOf(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold spaces; the start is the 20th field after it.
    return `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`
  } catch {
    return null
  }
}

function readText(file: string): string | null {
  try {
    return readRegular(file)
  } catch {
    return ''
  }
}

function holderOf(text: string | null): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(text ?? ''))
  } catch {
    return null
  }
}

function inUse(file: string, holder: Holder | null, work: string): TwintuneError {
  const who = holder ? `process ${holder.pid} on ${holder.host}` : 'another process'
  return new TwintuneError({
    code: 'COMPARISON_IN_USE',
    message: `The ${work} is being carried out by ${who}.`,
    hint: `Wait for its end. If it is gone for certain, delete ${file}.`,
  })
}
