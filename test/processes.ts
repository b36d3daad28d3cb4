import { execFileSync } from 'node:child_process'
import { vi } from 'vitest'

/** Whether a process is there (a zombie isn't); on macOS too, which has no /proc. */
export function isAlive(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' }).startsWith('Z')
  } catch {
    return false
  }
}

/**
 * Waits until none of the processes runs. The limit is for a machine that other tests keep busy: it tells an end that
 * comes from one that never does.
 */
export async function untilGone(...pids: readonly (number | undefined)[]): Promise<void> {
  if (pids.length === 0) throw new Error('there is no process to wait for')
  await vi.waitFor(
    () => {
      const running = pids.filter((pid) => pid !== undefined && isAlive(pid))
      if (running.length > 0) throw new Error(`still running: ${running.join(', ')}`)
    },
    { timeout: 20_000, interval: 20 },
  )
}
