import { readdirSync, readFileSync } from 'node:fs'

/** Variable whose value tells the processes of a part of the test run from all others. */
export const partVariable = 'TWINTUNE_TEST_PART'

/** Folders that tools keep in the temporary folder on purpose, such as caches of compiled code. */
const kept = /^(pytest-of-|tsx-|node-compile-cache|v8-compile-cache|torchinductor_)/

/** Names what a part of the test run has left in its temporary folder. */
export function leftFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => !kept.test(name))
}

/** Names the processes that a part of the test run has left, by Linux' /proc; none where there is no /proc. */
export function leftProcesses(part: string): string[] {
  return numbersIn('/proc')
    .filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(`${partVariable}=${part}`))
    .filter((pid) => !/^State:\s+Z/m.test(read(`/proc/${pid}/status`)))
    .map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim().slice(0, 120)}`)
}

/** Lists the segments of shared memory, by Linux' /dev/shm. */
export function sharedMemory(): string[] {
  return namesIn('/dev/shm')
}

function numbersIn(folder: string): string[] {
  return namesIn(folder).filter((name) => /^\d+$/.test(name))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

// A process that has just ended, or is someone else's, has nothing to read.
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
