import type { Silence, SilenceOptions } from '../worker/silence-watch.js'

// Compiling, or reading from a slow disk, takes a while too, but uses a processor or reports in between.
const warnAfterSeconds = 120

/** Limits of the silence of a Python at work: when it is told of, and when it is ended, if ever. */
export function silenceLimits(
  hangTimeoutMinutes?: number,
): Pick<SilenceOptions, 'warnAfterSeconds' | 'endAfterSeconds'> {
  return {
    warnAfterSeconds,
    endAfterSeconds: hangTimeoutMinutes === undefined ? null : hangTimeoutMinutes * 60,
  }
}

/**
 * Describes a silence, for a warning.
 *
 * @param log - Name of the file with Python's stack.
 */
export function describeSilence({ seconds, pythonPid, stoppedPid, place }: Silence, log: string): string {
  const minutes = Math.floor(seconds / 60)
  const time = `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`
  if (stoppedPid !== null) {
    const what = stoppedPid === pythonPid ? 'Python' : "Python's worker"
    return `${what} (process ${stoppedPid}) has been stopped for ${time}: kill -CONT ${stoppedPid} lets it go on.`
  }
  const at = place === null ? '' : ` It is at ${place}; its stack is in ${log}.`
  return `Python (process ${pythonPid}) has neither reported nor computed anything for ${time}.${at} --hang-timeout ends a Python that hangs.`
}
