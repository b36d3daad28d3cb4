import { type CancelSignal, refuseIfAborted, withAbortSignal } from '../cancellation.js'
import { toFailure } from '../failure.js'
import { frameworkNames } from '../framework-names.js'
import type { Examination, Machine } from '../lines/doctor.js'
import { defaultRunsDirectory } from '../run/folder/files.js'
import type { Framework } from '../spec/schema.js'
import { checkOptionNames } from './arguments.js'

/** Diagnosis of this machine and of each framework on it. */
export interface Diagnosis {
  readonly machine: Machine
  /** Examination of each framework: what it finds, or the failure that makes it unusable. */
  readonly frameworks: readonly Examination[]
}

/** Options of the diagnosis of this machine. */
export interface DoctorOptions {
  /**
   * Folder whose room on the disk is looked at.
   * @defaultValue `runs` in the working directory
   */
  readonly runsDirectory?: string | undefined
  /** Signal that cancels when it is aborted. */
  readonly signal?: CancelSignal | undefined
}

/**
 * Looks at the machine, and starts each framework's Python to ask what it finds. A framework that can't be used is no
 * error: its examination has the failure.
 *
 * @throws TwintuneError CANCELLED when the signal is aborted.
 */
export async function doctor(options: DoctorOptions = {}): Promise<Diagnosis> {
  checkOptionNames<DoctorOptions>('doctor', options, { runsDirectory: true, signal: true })
  const { runsDirectory = defaultRunsDirectory, signal } = options
  refuseIfAborted(signal)
  const { examineMachine } = await import('./machine.js')
  const machine = await examineMachine(runsDirectory, process.env)
  const names = Object.keys(frameworkNames) as Framework[]
  const frameworks = await withAbortSignal(signal, (abort) =>
    Promise.all(names.map((framework) => examine(framework, abort))),
  )
  // A framework that nobody had the time to look at is no unusable one.
  refuseIfAborted(signal)
  return { machine, frameworks }
}

async function examine(framework: Framework, signal: AbortSignal): Promise<Examination> {
  const { FrameworkWorker } = await import('../run/workers/framework-worker.js')
  const { withTemporaryWorker } = await import('../run/workers/temporary-worker.js')
  const { findPython } = await import('../worker/interpreter.js')
  const interpreter = findPython(framework)
  try {
    const { inspection } = await withTemporaryWorker(framework, (worker) =>
      FrameworkWorker.warmUp(worker, framework, { mode: null, signal }),
    )
    return { framework, interpreter, inspection, failure: null }
  } catch (error) {
    return { framework, interpreter, inspection: null, failure: toFailure(error) }
  }
}
