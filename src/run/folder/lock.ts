import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import * as z from 'zod'
import { TwintuneError } from '../../failure.js'
import { comparisonFiles } from './files.js'

const holderSchema = z.strictObject({
  pid: z.int(),
  host: z.string(),
  started: z
    .string()
    .nullable()
    .describe('Start of the process, which tells it from a later process of the same number.'),
})

type Holder = z.output<typeof holderSchema>

/** Lock that holds a comparison's folder for this process: two processes would write over each other. */
export class FolderLock {
  readonly #file: string

  private constructor(file: string) {
    this.#file = file
  }

  /**
   * Takes a folder. A folder whose holder was killed is free.
   *
   * @throws TwintuneError COMPARISON_IN_USE when another process has it.
   */
  static take(folder: string): FolderLock {
    const file = path.join(folder, comparisonFiles.lock)
    if (!create(file)) {
      const holder = readHolder(file)
      if (holder && isHeld(holder)) throw inUse(file, holder)
      if (!removeStale(file, holder) || !create(file)) throw inUse(file, readHolder(file))
    }
    return new FolderLock(file)
  }

  release(): void {
    rmSync(this.#file, { force: true })
  }
}

/** Whether a living process works in the folder. */
export function isInUse(folder: string): boolean {
  const holder = readHolder(path.join(folder, comparisonFiles.lock))
  return holder !== null && isHeld(holder)
}

function create(file: string): boolean {
  const holder: Holder = { pid: process.pid, host: os.hostname(), started: startOf(process.pid) }
  try {
    writeFileSync(file, JSON.stringify(holder), { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

// Another process may have found it stale too and be faster: the lock then taken away is its fresh one, and goes back.
function removeStale(file: string, stale: Holder | null): boolean {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
  } catch {
    return true
  }
  const isStale = JSON.stringify(readHolder(aside)) === JSON.stringify(stale)
  if (!isStale) linkSync(aside, file)
  rmSync(aside)
  return isStale
}

// A process of another machine can't be asked for, and so counts as living.
function isHeld({ pid, host, started }: Holder): boolean {
  if (host !== os.hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
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

function readHolder(file: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

function inUse(file: string, holder: Holder | null): TwintuneError {
  const who = holder ? `process ${holder.pid} on ${holder.host}` : 'another process'
  return new TwintuneError({
    code: 'COMPARISON_IN_USE',
    message: `The comparison is being carried out by ${who}.`,
    hint: `Wait for its end. If it is gone for certain, delete ${file}.`,
  })
}
