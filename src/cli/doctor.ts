import { toFailure } from '../failure.js'
import { frameworkNames } from '../framework-names.js'
import type { DoctorLine, Examination } from '../lines/doctor.js'
import { renderOptionsFor } from '../log/output.js'
import { renderDoctorReport } from '../report/doctor.js'
import { FrameworkWorker } from '../run/workers/framework-worker.js'
import { withTemporaryWorker } from '../run/workers/temporary-worker.js'
import type { Framework } from '../spec/schema.js'
import { visible } from '../visible.js'
import { findPython } from '../worker/interpreter.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodeOfFailure, exitCodes } from './exit-code.js'
import { examineMachine } from './machine.js'

export interface DoctorOptions extends OutputOptions {
  readonly out: string
}

/** Carries out `twintune doctor`: interpreters, versions, devices, memory and disk, and what mends what is missing. */
export async function doctorCommand(
  { json, quiet, out }: DoctorOptions,
  { stdout, streams, signal, env }: CommandContext,
): Promise<number> {
  const machine = await examineMachine(out, env)
  const examinations = await examineFrameworks(signal)
  if (json) {
    for (const examination of examinations) {
      const line: DoctorLine = { type: 'doctor', usable: !examination.failure, ...examination, machine }
      stdout(JSON.stringify(line))
    }
  } else {
    const shown = quiet ? examinations.filter(({ failure }) => failure) : examinations
    const report = renderDoctorReport(
      visible(shown),
      quiet ? null : visible(machine),
      renderOptionsFor(streams.stdout),
    )
    if (report !== '') stdout(report)
  }
  return exitCodeOf(examinations)
}

function examineFrameworks(signal: AbortSignal): Promise<Examination[]> {
  const frameworks = Object.keys(frameworkNames) as Framework[]
  return Promise.all(frameworks.map((framework) => examine(framework, signal)))
}

async function examine(framework: Framework, signal: AbortSignal): Promise<Examination> {
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

// Whatever makes a framework unusable, it is the environment that doctor speaks of.
function exitCodeOf(examinations: readonly Examination[]): number {
  const failures = examinations.flatMap(({ failure }) => (failure ? [failure] : []))
  const decisive = failures.find(({ code }) => code === 'CANCELLED' || code === 'INTERNAL')
  if (decisive) return exitCodeOfFailure(decisive)
  return failures.length > 0 ? exitCodes.environment : exitCodes.done
}
