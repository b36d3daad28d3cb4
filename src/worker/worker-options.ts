import type { z } from 'zod'
import type { Message } from '../protocol/message.js'

export interface WorkerOptions {
  /** For messages, e.g. `tensorflow`. */
  readonly name: string
  /** The interpreter: a path or a command. */
  readonly python: string
  /** All that the worker and its Python print is appended here, until `logTo` names another file. */
  readonly logFile: string
  /** Set for the worker and its Python, over what they inherit. */
  readonly environment?: Readonly<Record<string, string>>
  /** Absolute path of the Python module that has `invoke`; this package's own by default. */
  readonly module?: string
}

export interface RequestOptions<M extends Message> {
  readonly onProgress?: (progress: z.output<M['progress']>) => void
  readonly signal?: AbortSignal
}
