import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { packageFolder } from '../package-folder.js'
import { type TrackNews, type TrackRecord, trackNewsSchema } from '../protocol/track.js'
import { workerEnvironment } from '../worker/environment.js'
import { signalGroup } from '../worker/process-group.js'

export interface TrackerProcessOptions {
  readonly python: string
  readonly onNews: (news: TrackNews) => void
}

/**
 * Python process of the trackers that are written in Python. It shares nothing with those of the frameworks, has the lowest
 * priority, and nobody waits for it until the end.
 */
export class TrackerProcess {
  readonly #child: Child
  /** Resolves when the process is gone, to the reason where it ended by itself and not well. */
  readonly #ended: Promise<string | null>
  readonly #isReady: Promise<void>
  #isStopped = false

  constructor({ python, onNews }: TrackerProcessOptions) {
    this.#child = start(python)
    this.#child.stdin.on('error', () => {})
    let setReady = (): void => {}
    this.#isReady = new Promise((resolve) => {
      setReady = resolve
    })
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const news = parseNews(line)
      if (news?.type === 'ready') setReady()
      else if (news) onNews(news)
    })
    this.#ended = this.#child.then(({ failed, shortMessage }) => {
      setReady()
      return failed && !this.#isStopped ? `ended: ${shortMessage ?? 'it failed'}` : null
    })
  }

  /** Waits until the packages of the trackers are imported, or the process has ended, at most for a time. */
  async ready(milliseconds: number): Promise<void> {
    await within(this.#isReady, milliseconds)
  }

  tell(record: TrackRecord): void {
    if (this.#child.stdin.writable) this.#child.stdin.write(`${JSON.stringify(record)}\n`)
  }

  /**
   * Lets the process hand over what it has been told, and ends it.
   *
   * @returns The reason why not all was handed over; null where it was.
   */
  async end(milliseconds: number): Promise<string | null> {
    this.#child.stdin.end()
    const ended = await within(this.#ended, milliseconds)
    if (ended !== undefined) return ended
    this.#isStopped = true
    if (this.#child.pid !== undefined) signalGroup(this.#child.pid, 'SIGKILL')
    await this.#ended
    return `did not come to an end within ${milliseconds / 1000} seconds`
  }
}

type Child = ReturnType<typeof start>

function start(python: string) {
  return execa(python, [path.join(packageFolder(), 'python', 'tracker_main.py')], {
    buffer: false,
    reject: false,
    env: workerEnvironment(python, process.env),
    extendEnv: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'ignore',
    // Ctrl-C reaches the group of the terminal alone: this process ends when its input does.
    detached: process.platform !== 'win32',
  })
}

function parseNews(line: string): TrackNews | null {
  try {
    return trackNewsSchema.parse(JSON.parse(line))
  } catch {
    return null
  }
}

/** Waits for a promise, at most for a time; `undefined` where that was not enough. */
async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  const timer = new AbortController()
  try {
    return await Promise.race([
      promise,
      sleep(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined),
    ])
  } finally {
    timer.abort()
  }
}
