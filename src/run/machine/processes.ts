import { readFileSync } from 'node:fs'

import { hasCode } from '../../failure.js'

/** Whether there is a process of that number on this machine, someone else's too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}

/** Reads the resident memory of a process in bytes; `null` where the system does not tell. */
export function readResidentBytes(pid: number): number | null {
  try {
    const [, kib] = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kib === undefined ? null : Number(kib) * 1024
  } catch {
    return null
  }
}

/** Reads numbers in ranges, as Linux writes them: `0-2,5` are 0, 1, 2 and 5. */
export function parseRanges(ranges: string): number[] {
  return ranges.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
}
