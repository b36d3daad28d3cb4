import type { z } from 'zod'
import { cancelled, type Failure, TwintuneError, toFailure } from '../failure.js'
import { logToMessage } from '../protocol/log-to.js'
import type { Message } from '../protocol/message.js'
import { prepareMessage } from '../protocol/prepare.js'
import { decodeProgress, decodeReply, encodeRequest, signsOfLife } from './crossing.js'
import { workerEnvironment } from './environment.js'
import {
  type Ended,
  type Exit,
  reportBridgeFailure,
  reportHungPython,
  reportPythonEnd,
  reportUnusable,
  reportWorkerDeath,
} from './exit-report.js'
import { fromChildSchema, type ToChild } from './ipc.js'
import { bridgeModule } from './locations.js'
import { type Silence, type SilenceOptions, SilenceWatch } from './silence-watch.js'
import { Turns } from './turns.js'
import { WorkerLog } from './worker-log.js'
import type { RequestOptions, WorkerOptions } from './worker-options.js'
import { WorkerProcess } from './worker-process.js'

const startLimit = 60_000
// A program such as `yes`, named for Python by mistake, would fill the disk before that.
const mostBytesBeforeAnswer = 2 ** 23
const lookAtLogMilliseconds = 100
// With the two waits of `WorkerProcess.stop`, a Python that doesn't answer is gone within two seconds of the signal.
const cancelGrace = 800

const stopped: Failure = { ...cancelled, message: 'The worker was stopped.' }

export type WorkerState = 'starting' | 'ready' | 'busy' | 'stopping' | 'stopped'

/** Call as it is sent to Python. */
type Asked = Omit<Extract<ToChild, { type: 'invoke' }>, 'type'>

/** Call that Python is busy with. */
interface Call {
  readonly onProgress: (payload: string) => void
  readonly resolve: (reply: string) => void
  readonly reject: (error: TwintuneError) => void
}

/**
 * Worker: a Python behind pythonia, in a Node process of its own. It carries out one request at a time; others wait for
 * their turn. A worker never comes back: after the death of its process, start a fresh one.
 */
export class Worker {
  /** Resolves when Python has answered for the first time; rejects with a TwintuneError. */
  readonly ready: Promise<void>
  readonly #options: WorkerOptions & { readonly module: string }
  readonly #process: WorkerProcess
  readonly #turns = new Turns()
  #log: WorkerLog
  #state: WorkerState = 'starting'
  #call: Call | undefined
  /** Failure because of which this worker is being ended, or has ended. */
  #verdict: Failure | undefined
  #pythonPid: number | undefined
  readonly #startTime = performance.now()
  #startSeconds = 0
  #silenceOptions: SilenceOptions | undefined
  #watch: SilenceWatch | undefined
  #stopped: Promise<void> | undefined

  private constructor(options: WorkerOptions) {
    const environment = workerEnvironment(options.python, process.env, options.environment)
    this.#options = { module: bridgeModule(), ...options }
    this.#log = new WorkerLog(options.logFile)
    this.#process = new WorkerProcess(this.#options.module, environment, options.logFile, (message) =>
      this.#receive(message),
    )
    void this.#process.ended.then((exit) => this.#end(exit))
    this.ready = this.#prepare()
    this.ready.catch(() => {})
  }

  /** Starts a worker and returns at once. */
  static start(options: WorkerOptions): Worker {
    return new Worker(options)
  }

  /** State of the worker. `stopped` is the end: nothing of the worker runs any more. */
  get state(): WorkerState {
    return this.#state
  }

  /** Whether the worker can be asked, now or once it is ready. */
  get living(): boolean {
    return this.#verdict === undefined
  }

  /** Process id of the Node process, which leads the group of all that the worker starts. */
  get workerPid(): number {
    return this.#process.pid
  }

  /** Process id of Python, which is known once the worker is ready. */
  get pythonPid(): number | undefined {
    return this.#pythonPid
  }

  /** Seconds from starting the worker to Python's first reply; 0 until then. */
  get startSeconds(): number {
    return this.#startSeconds
  }

  /**
   * Has Python carry out one message, after those asked for before it.
   *
   * When `signal` aborts, Python is told to stop at its next progress report; one that doesn't is ended, and the
   * worker with it. The request then rejects with CANCELLED, even where Python had just finished.
   *
   * @throws TwintuneError With Python's failure, or with that of the process that died.
   */
  async request<M extends Message>(
    message: M,
    request: z.input<M['request']>,
    options: RequestOptions<M> = {},
  ): Promise<z.output<M['result']>> {
    const { onProgress, decision, signal } = options
    const payload = encodeRequest(message, request)
    try {
      const endTurn = await this.#turns.take(signal)
      try {
        const waitsAfter = decision && `{"type":"${decision.after}"`
        const call = { name: message.name, payload, ...(waitsAfter !== undefined && { waitsAfter }) }
        const reply = await this.#work(call, signal, (report) => {
          const progress = decodeProgress(message, report)
          onProgress?.(progress)
          if (decision && report.startsWith(`${waitsAfter}`))
            void decision.make(progress).then(() => this.#process.send({ type: 'go-on' }))
        })
        signal?.throwIfAborted()
        return decodeReply(message, reply)
      } finally {
        endTurn()
      }
    } catch (error) {
      throw signal?.aborted ? new TwintuneError(cancelled) : error
    }
  }

  /** Appends all that Python prints from now on to another file. Rejects as `request` does. */
  async logTo(file: string, signal?: AbortSignal): Promise<void> {
    const log = new WorkerLog(file)
    await this.request(logToMessage, { file }, signal ? { signal } : {})
    this.#log = log
  }

  /** Watches the calls to come for a Python that neither reports nor computes. A hung one is ended, with PYTHON_HUNG. */
  watchSilence(options: SilenceOptions): void {
    this.#silenceOptions = options
  }

  /** Ends the worker, its Python and all that they started: by a message, then by signals. Never rejects. */
  stop(): Promise<void> {
    if (this.#state !== 'stopped') {
      this.#verdict ??= stopped
      this.#state = 'stopping'
    }
    this.#stopped ??= this.#process.stop()
    return this.#stopped
  }

  /** Makes the first call: until it is answered the interpreter has proved nothing. */
  async #prepare(): Promise<void> {
    const endTurn = await this.#turns.take()
    const late = `did not answer within ${startLimit / 1000} seconds`
    const timer = setTimeout(() => this.#fail(reportUnusable(late, this.#ended())), startLimit)
    const looking = setInterval(() => {
      if (this.#log.bytes > mostBytesBeforeAnswer)
        this.#fail(reportUnusable('prints without end, and answers nothing', this.#ended()))
    }, lookAtLogMilliseconds)
    try {
      const call = { name: prepareMessage.name, payload: encodeRequest(prepareMessage, {}) }
      const reply = await this.#invoke(call, () => {})
      this.#pythonPid = decodeReply(prepareMessage, reply).pid
      this.#startSeconds = (performance.now() - this.#startTime) / 1000
      if (this.#state === 'starting') this.#state = 'ready'
    } catch (error) {
      this.#fail(toFailure(error))
      throw error
    } finally {
      clearInterval(looking)
      clearTimeout(timer)
      endTurn()
    }
  }

  /** Calls Python, and ends the worker when it doesn't stop soon after the signal. */
  async #work(call: Asked, signal: AbortSignal | undefined, onProgress: Call['onProgress']): Promise<string> {
    let timer: NodeJS.Timeout | undefined
    const cancel = (): void => {
      void this.#process.send({ type: 'cancel' })
      timer = setTimeout(() => this.#fail(cancelled), cancelGrace)
    }
    signal?.throwIfAborted()
    signal?.addEventListener('abort', cancel)
    if (this.#state === 'ready') this.#state = 'busy'
    if (this.#silenceOptions && this.#pythonPid !== undefined) {
      const onHung = (silence: Silence) => this.#fail(reportHungPython(silence, this.#ended()))
      this.#watch = new SilenceWatch(
        {
          pid: this.#pythonPid,
          workerPid: this.workerPid,
          worksElsewhere: this.#options.worksElsewhere ?? false,
        },
        this.#log.file,
        this.#silenceOptions,
        onHung,
      )
    }
    try {
      return await this.#invoke(call, onProgress)
    } finally {
      this.#watch?.close()
      if (this.#state === 'busy') this.#state = 'ready'
      signal?.removeEventListener('abort', cancel)
      clearTimeout(timer)
    }
  }

  /** Sends a call and waits for its reply, or for the end of the worker. */
  async #invoke(call: Asked, onProgress: Call['onProgress']): Promise<string> {
    if (this.#verdict) throw new TwintuneError(this.#verdict)
    try {
      return await new Promise<string>((resolve, reject) => {
        this.#call = { onProgress, resolve, reject }
        void this.#process.send({ type: 'invoke', ...call })
      })
    } finally {
      this.#call = undefined
    }
  }

  /** Handles what the child sends. Nothing that goes wrong here leaves a worker in an unknown state. */
  #receive(message: unknown): void {
    try {
      const received = fromChildSchema.parse(message)
      switch (received.type) {
        case 'progress':
          this.#watch?.hear()
          if (received.payload === signsOfLife.waiting) this.#options.onWaiting?.()
          else if (received.payload !== signsOfLife.alive) this.#call?.onProgress(received.payload)
          break
        case 'reply':
          this.#call?.resolve(received.payload)
          break
        case 'bridge-failed':
          this.#fail(reportBridgeFailure(received.message, this.#pythonPid !== undefined, this.#ended()))
          break
        case 'python-ended':
          this.#fail(reportPythonEnd(received.end, this.#pythonPid !== undefined, this.#ended()))
          break
      }
    } catch (error) {
      this.#fail(toFailure(error))
    }
  }

  /** Ends the worker because of a failure. Of several failures the first is told. */
  #fail(failure: Failure): void {
    if (this.#verdict) return
    this.#verdict = failure
    this.#state = 'stopping'
    this.#process.kill('SIGKILL')
  }

  /** Makes the worker stopped, once its whole process group is gone. Nothing else does. */
  #end(exit: Exit): void {
    this.#state = 'stopped'
    this.#verdict ??= reportWorkerDeath(exit, this.#ended())
    this.#call?.reject(new TwintuneError(this.#verdict))
  }

  /** Describes this worker for a report on its end. */
  #ended(): Ended {
    const { file: logFile, lastLines, refused } = this.#log
    return { ...this.#options, logFile, lastLines, refused }
  }
}
