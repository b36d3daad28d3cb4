import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'

const lookMilliseconds = 500
const mostLooks = 10
const pySpySeconds = 10

/**
 * Has the stack of a Python at work written to its log, by `py-spy` where that is installed and may look into the process,
 * else by Python's own faulthandler (`python/twintune/system/process_guard.py`).
 *
 * @returns Innermost place of the main thread, as `function (file:line)`; `null` where it can't be had.
 */
export async function findStack(pid: number, logFile: string): Promise<string | null> {
  try {
    return (await askPySpy(pid, logFile)) ?? (await askFaulthandler(pid, logFile))
  } catch {
    // The process has just ended, or its log can't be read: the silence is told without a place.
    return null
  }
}

async function askPySpy(pid: number, logFile: string): Promise<string | null> {
  const { failed, stdout } = await execa('py-spy', ['dump', '--pid', `${pid}`], {
    reject: false,
    stdin: 'ignore',
    timeout: pySpySeconds * 1000,
  })
  if (failed) return null
  appendFileSync(logFile, `${stdout}\n`)
  const [, place] = /"MainThread".*\n +(\S+ \(.+:\d+\))/.exec(stdout) ?? []
  return place ?? null
}

async function askFaulthandler(pid: number, logFile: string): Promise<string | null> {
  const start = statSync(logFile).size
  process.kill(pid, 'SIGUSR1')
  // A busy machine may let Python answer late.
  for (let look = 0; look < mostLooks; look += 1) {
    await sleep(lookMilliseconds)
    const place = innermostPlace(readFileSync(logFile).subarray(start).toString('utf8'))
    if (place !== null) return place
  }
  return null
}

// The main thread comes last, and of each thread the innermost place first.
function innermostPlace(dump: string): string | null {
  const threads = dump.split(/^(?:Current thread|Thread) .*\(most recent call first\):\n/m).slice(1)
  const [, file, line, name] = /^ *File "(.*)", line (\d+) in (.*)$/m.exec(threads.at(-1) ?? '') ?? []
  return file === undefined ? null : `${name} (${file}:${line})`
}
