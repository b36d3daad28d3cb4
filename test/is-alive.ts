import { execFileSync } from 'node:child_process'

/** Whether a process is there (a zombie isn't); on macOS too, which has no /proc. */
export function isAlive(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' }).startsWith('Z')
  } catch {
    return false
  }
}
