import { readFileSync } from 'node:fs'
import { findStack } from './python-stack.js'

/** Silence of a Python at work: it has neither reported nor computed anything for a while. */
export interface Silence {
  readonly seconds: number
  readonly pythonPid: number
  /** Process, Python or its worker, that is stopped by a signal, such as SIGSTOP or a debugger's; `null` where none is. */
  readonly stoppedPid: number | null
  /** Place in the code that Python is at, as `function (file:line)`; `null` where it can't be had. */
  readonly place: string | null
}

interface Watched {
  readonly pid: number
  readonly workerPid: number
  /** Whether the work is done elsewhere, so that what this Python computes says nothing about it. */
  readonly worksElsewhere?: boolean
}

export interface SilenceOptions {
  /** Seconds of silence that are told; told again each time that they have doubled. */
  readonly warnAfterSeconds: number
  /** Seconds of silence after which a Python counts as hung; `null`: it never does. */
  readonly endAfterSeconds: number | null
  readonly onSilence: (silence: Silence) => void
}

/** Seconds of a processor that a waiting Python may use per second: it polls for the end of its parent. */
const idleShare = 0.01
/** Seconds of a processor that two of the system's clock ticks may show by chance. */
const chance = 0.02
const longestInterval = 10

/** Watch over one call of a Python: looks at times whether it reports or computes. */
export class SilenceWatch {
  readonly #pid: number
  readonly #workerPid: number
  readonly #worksElsewhere: boolean
  readonly #logFile: string
  readonly #options: SilenceOptions
  readonly #onHung: (silence: Silence) => void
  readonly #interval: number
  readonly #timer: NodeJS.Timeout
  #isLooking = false
  #heard = performance.now()
  #looked = performance.now()
  #processorSeconds: number | null
  #warnAfter: number
  #isClosed = false

  constructor(
    { pid, workerPid, worksElsewhere = false }: Watched,
    logFile: string,
    options: SilenceOptions,
    onHung: SilenceOptions['onSilence'],
  ) {
    this.#pid = pid
    this.#workerPid = workerPid
    this.#worksElsewhere = worksElsewhere
    this.#logFile = logFile
    this.#options = options
    this.#onHung = onHung
    this.#warnAfter = options.warnAfterSeconds
    this.#processorSeconds = readProcess(pid)?.processorSeconds ?? null
    const limits = [options.warnAfterSeconds, options.endAfterSeconds ?? Number.POSITIVE_INFINITY]
    this.#interval = 1000 * Math.min(longestInterval, Math.min(...limits) / 4)
    this.#timer = setInterval(() => void this.#look(), this.#interval).unref()
  }

  /** Notes a sign of life. */
  hear(): void {
    this.#heard = performance.now()
    this.#warnAfter = this.#options.warnAfterSeconds
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    await this.#judge().finally(() => {
      this.#isLooking = false
    })
  }

  async #judge(): Promise<void> {
    const found = readProcess(this.#pid)
    const passed = performance.now() - this.#looked
    // This process did not run either: the machine, or all of the container, was paused.
    const wasPaused = passed > 3 * this.#interval + 1000
    // Where the system doesn't tell what a process does, nobody can say that it does nothing.
    const computed =
      !this.#worksElsewhere &&
      (found === null || this.#processorSeconds === null || this.#computed(found.processorSeconds))
    if (wasPaused || computed) this.hear()
    this.#looked = performance.now()
    this.#processorSeconds = found?.processorSeconds ?? null
    const seconds = (performance.now() - this.#heard) / 1000
    const isHung = seconds >= (this.#options.endAfterSeconds ?? Number.POSITIVE_INFINITY)
    if (!isHung && seconds < this.#warnAfter) return
    this.#warnAfter *= 2
    const stoppedPid = [this.#pid, this.#workerPid].find((pid) => readProcess(pid)?.isStopped) ?? null
    const heard = this.#heard
    const place =
      stoppedPid !== null || this.#worksElsewhere ? null : await findStack(this.#pid, this.#logFile)
    // It may have reported while its stack was asked for.
    if (this.#isClosed || this.#heard !== heard) return
    if (isHung) this.close()
    const tell = isHung ? this.#onHung : this.#options.onSilence
    tell({ seconds, pythonPid: this.#pid, stoppedPid, place })
  }

  #computed(processorSeconds: number): boolean {
    const passed = (performance.now() - this.#looked) / 1000
    return processorSeconds - (this.#processorSeconds ?? 0) > chance + idleShare * passed
  }
}

const ticksPerSecond = 100

/** Reads what Linux knows of a process (proc_pid_stat(5)); `null` where there is no such file. */
function readProcess(pid: number): { processorSeconds: number; isStopped: boolean } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold spaces; after it come the state and, as fields 14 to 17, the process's own time in
    // user and kernel mode and that of its ended children.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return { processorSeconds: ticks / ticksPerSecond, isStopped: /^[Tt]/.test(fields[0] ?? '') }
  } catch {
    return null
  }
}
