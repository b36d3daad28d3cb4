/**
 * Signals every process of the group that `leader` leads, also after the leader's own end; a group that is gone is
 * no error. Windows has no groups: there the leader alone is signalled, and Python ends with its channel.
 */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? leader : -leader, signal)
  } catch {
    // Gone: ESRCH, or EPERM on macOS while its last processes wait to be reaped.
  }
}
