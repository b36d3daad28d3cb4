import { unlessCancelled } from '../../cancellation.js'
import { TwintuneError } from '../../failure.js'
import { importFrameworkMessage } from '../../protocol/import-framework.js'
import { type Inspection, inspectMessage } from '../../protocol/inspect.js'
import type { FinishedRun } from '../../protocol/result.js'
import type { Experiment, Framework } from '../../spec/schema.js'
import type { Worker } from '../../worker/worker.js'

export interface WarmUpOptions {
  /** Mode of the runs to come, which decides what is imported; `null` imports what either mode needs. */
  readonly mode: Experiment['mode'] | null
  readonly signal: AbortSignal
  readonly onImporting?: () => void
}

type StartUpSeconds = Pick<FinishedRun['seconds'], 'start' | 'import'>

/** Worker whose Python has imported its framework and can carry out one run after the other. */
export class FrameworkWorker {
  readonly framework: Framework
  /** Mode whose imports were made; `null` where those of both modes were. */
  readonly mode: WarmUpOptions['mode']
  readonly pythonPid: number
  readonly worker: Worker
  #inspection: Inspection
  #startUpSeconds: StartUpSeconds

  private constructor(
    worker: Worker,
    framework: Framework,
    mode: WarmUpOptions['mode'],
    importSeconds: number,
    inspection: Inspection,
  ) {
    if (worker.pythonPid === undefined) {
      throw new TwintuneError({ code: 'INTERNAL', message: 'A worker is ready without a Python.' })
    }
    this.worker = worker
    this.framework = framework
    this.mode = mode
    this.pythonPid = worker.pythonPid
    this.#inspection = inspection
    this.#startUpSeconds = { start: worker.startSeconds, import: importSeconds }
  }

  /** Waits for the worker's Python and imports the framework there. Rejects with a `TwintuneError`. */
  static async warmUp(
    worker: Worker,
    framework: Framework,
    { mode, signal, onImporting }: WarmUpOptions,
  ): Promise<FrameworkWorker> {
    await unlessCancelled(worker.ready, signal)
    onImporting?.()
    const { seconds } = await worker.request(importFrameworkMessage, { framework, mode }, { signal })
    const inspection = await worker.request(inspectMessage, { framework }, { signal })
    return new FrameworkWorker(worker, framework, mode, seconds, inspection)
  }

  /** Whether the worker can still be asked. */
  get living(): boolean {
    return this.worker.living
  }

  /** Inspection of the machine from when the worker became warm, or was taken up again. */
  get inspection(): Inspection {
    return this.#inspection
  }

  /** Begins another comparison, with a log of its own: looks at the machine anew. Rejects with a `TwintuneError`. */
  async takeUp(logFile: string, signal: AbortSignal): Promise<void> {
    await this.worker.logTo(logFile, signal)
    this.#inspection = await this.worker.request(inspectMessage, { framework: this.framework }, { signal })
  }

  /** Takes the seconds of starting and importing; 0 from the second call on, since only a worker's first run pays them. */
  takeStartUpSeconds(): StartUpSeconds {
    const seconds = this.#startUpSeconds
    this.#startUpSeconds = { start: 0, import: 0 }
    return seconds
  }
}
