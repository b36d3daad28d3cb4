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
