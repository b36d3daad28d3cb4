import type { ChildProcess } from 'node:child_process'
import { createRequire } from 'node:module'
import { stripVTControlCharacters } from 'node:util'
import type { PythonEnd } from './ipc.js'

const require = createRequire(import.meta.url)

/** Bridge to this process's only Python, behind pythonia. A second Python would need a process of its own. */
export class PythonBridge {
  /** Loaded pythonia; null where the system wouldn't even try to start the interpreter. */
  readonly #pythonia: Pythonia | null
  readonly #entry: Promise<EntryModule>

  /** Resolves when Python is gone, or could not be started. */
  readonly ended: Promise<PythonEnd>

  /**
   * Starts `PYTHON_BIN` and has it load `module`. pythonia takes that variable, `REQ_TIMEOUT` and the whole of
   * Python's environment from this process when it is loaded.
   */
  constructor(module: string) {
    try {
      // Loaded synchronously: `import()` would let the error event of a missing interpreter pass before anyone listens.
      this.#pythonia = require('pythonia') as Pythonia
      this.ended = ending(this.#pythonia.com.proc)
      this.#entry = this.#pythonia.python(module)
      this.#entry.catch(() => {})
    } catch (error) {
      // Node emits ENOENT and a few more, and throws what else the system has against starting an interpreter.
      const failure = error as NodeJS.ErrnoException
      if (failure.syscall === undefined) throw error
      this.#pythonia = null
      this.ended = Promise.resolve(neverRan(failure))
      this.#entry = new Promise(() => {})
    }
  }

  /**
   * Calls the module's `invoke`, one call at a time. Resolves with `undefined` when Python ends instead of replying:
   * pythonia would wait for ever.
   *
   * @param emit - Callback that gets each report and says whether Python should go on. It must not throw.
   */
  async invoke(name: string, payload: string, emit: Emit): Promise<string | undefined> {
    const gone = this.ended.then(() => undefined)
    const entry = await Promise.race([this.#entry, gone])
    // The `$` makes the last argument pythonia's options.
    return (
      entry &&
      Promise.race([entry.invoke$(name, payload, emit, { $timeout: Number.POSITIVE_INFINITY }), gone])
    )
  }

  /** Ends Python; without the bridge's timer this process can then end by itself. */
  async stop(): Promise<void> {
    this.#pythonia?.python.exit()
    await this.ended
  }
}

/** Callback that gets a report and says whether Python should go on. Python waits for a promise that it gives. */
type Emit = (report: string) => boolean | Promise<boolean>

/** Text of an error that pythonia throws. A `PythonException` has it in `stack`, coloured, and an empty message. */
export function describeBridgeError(error: unknown): string {
  return stripVTControlCharacters(error instanceof Error ? (error.stack ?? error.message) : String(error))
}

/** Part of pythonia that this bridge relies on; pythonia's own declarations leave `com` out. */
interface Pythonia {
  readonly python: { (module: string): Promise<EntryModule>; exit(): void }
  readonly com: { readonly proc: ChildProcess }
}

interface EntryModule {
  invoke$(name: string, payload: string, emit: Emit, options: { readonly $timeout: number }): Promise<string>
}

function ending(python: ChildProcess): Promise<PythonEnd> {
  return new Promise((resolve) => {
    python.once('exit', (exitCode, signal) => resolve({ exitCode, signal, spawnError: null }))
    // The listener stays, since pythonia may write to a Python that is gone; only one that never ran has no pid.
    python.on('error', (error) => {
      if (python.pid === undefined) resolve(neverRan(error))
    })
  })
}

function neverRan(error: NodeJS.ErrnoException): PythonEnd {
  return {
    exitCode: null,
    signal: null,
    spawnError: { code: error.code ?? 'UNKNOWN', message: error.message },
  }
}
