import type { z } from 'zod'
import type { Message } from '../protocol/message.js'

export interface WorkerOptions {
  /** Name of the worker in messages, e.g. `tensorflow`. */
  readonly name: string
  /** Python interpreter: a path or a command. */
  readonly python: string
  /** File that the output of the worker and its Python is appended to, until `logTo` names another file. */
  readonly logFile: string
  /** Environment variables for the worker and its Python, set over those that they inherit. */
  readonly environment?: Readonly<Record<string, string>>
  /** Absolute path of the Python module that has `invoke`; this package's own by default. */
  readonly module?: string
  /** Whether the Python only passes messages on to one elsewhere, so that its reports alone tell whether that one works. */
  readonly worksElsewhere?: boolean
  /** Callback that is told, again and again, that a Python which works elsewhere finds no room to work in yet. */
  readonly onWaiting?: () => void
}

export interface RequestOptions<M extends Message> {
  readonly onProgress?: (progress: z.output<M['progress']>) => void
  readonly decision?: Decision<M> | undefined
  readonly signal?: AbortSignal
}

/**
 * Decision that Python waits for after each report of one type: it goes on when the promise is settled, and stops there where the
 * request's signal was aborted meanwhile.
 */
export interface Decision<M extends Message> {
  /** Type of the reports. */
  readonly after: string
  /** Decides. The promise must not reject. */
  readonly make: (progress: z.output<M['progress']>) => Promise<void>
}
