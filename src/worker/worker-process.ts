import { createWriteStream, openSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { limitReached, TwintuneError } from '../failure.js'
import type { Environment } from './environment.js'
import type { Exit } from './exit-report.js'
import type { ToChild } from './ipc.js'
import { childEntry } from './locations.js'
import { signalGroup } from './process-group.js'

const stopGrace = 500

/** A worker's Node process, which leads a process group of its own, and the channel to it. */
export class WorkerProcess {
  readonly pid: number
  /** Resolves when the process is gone, all its messages have been handed over, and its group is dead. */
  readonly ended: Promise<Exit>
  readonly #child: Child

  /**
   * Starts the process with its output, and Python's, appended to `logFile`.
   *
   * @param onMessage - Callback that gets each message of the child. It must not throw.
   */
  constructor(
    module: string,
    environment: Environment,
    logFile: string,
    onMessage: (message: unknown) => void,
  ) {
    const log = createWriteStream(logFile, { fd: openSync(logFile, 'a') })
    this.#child = spawn(module, environment, log)
    log.destroy()
    if (this.#child.pid === undefined) {
      throw new TwintuneError(limitReached('processes', 'A worker process could not be started'))
    }
    this.pid = this.#child.pid
    this.ended = this.#follow(onMessage)
  }

  /** Sends a message. A message that can no longer arrive is dropped, since `ended` tells of the end. */
  async send(message: ToChild): Promise<void> {
    try {
      await this.#child.sendMessage(message)
    } catch {
      // The channel is closed.
    }
  }

  /** Signals the process and everything that it started. */
  kill(signal: NodeJS.Signals): void {
    signalGroup(this.pid, signal)
  }

  /** Ends the process by a message, then by SIGTERM, then by SIGKILL, each only where the one before wasn't enough. */
  async stop(): Promise<void> {
    void this.send({ type: 'stop' })
    const gone = new AbortController()
    void this.ended.then(() => gone.abort())
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await sleep(stopGrace, undefined, { signal: gone.signal }).catch(() => {})
      if (!gone.signal.aborted) this.kill(signal)
    }
    await this.ended
  }

  /** Hands the messages over until the channel closes; then ends all processes that are left of the group. */
  async #follow(onMessage: (message: unknown) => void): Promise<Exit> {
    for await (const message of this.#child.getEachMessage()) onMessage(message)
    const { exitCode, signal } = await this.#child
    this.kill('SIGKILL')
    return { exitCode: exitCode ?? null, signal: signal ?? null }
  }
}

type Child = ReturnType<typeof spawn>

/** @param log - Stream whose descriptor is handed on, so that nothing is lost when this process dies first. */
function spawn(module: string, environment: Environment, log: Writable) {
  const { file, nodeOptions } = childEntry()
  return execa(file, [module], {
    node: true,
    nodeOptions,
    ipc: true,
    buffer: false,
    reject: false,
    env: environment,
    extendEnv: false,
    stdin: 'ignore',
    stdout: log,
    stderr: log,
    // The process leads a group of its own, which can be killed as a whole and which Ctrl-C doesn't reach. On Windows
    // that would open a window.
    detached: process.platform !== 'win32',
  })
}
