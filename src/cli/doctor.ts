import { doctor } from '../api/doctor.js'
import type { DoctorLine, Examination } from '../lines/doctor.js'
import { renderOptionsFor } from '../log/output.js'
import { renderDoctorReport } from '../report/doctor.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodeOfFailure, exitCodes } from './exit-code.js'

export interface DoctorOptions extends OutputOptions {
  readonly out: string
}

/** Carries out `twintune doctor`: interpreters, versions, devices, memory and disk, and what mends what is missing. */
export async function doctorCommand(
  { json, quiet, out }: DoctorOptions,
  { stdout, streams, signal }: CommandContext,
): Promise<number> {
  const { machine, frameworks: examinations } = await doctor({ runsDirectory: out, signal })
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

// Whatever makes a framework unusable, it is the environment that doctor speaks of.
function exitCodeOf(examinations: readonly Examination[]): number {
  const failures = examinations.flatMap(({ failure }) => (failure ? [failure] : []))
  const decisive = failures.find(({ code }) => code === 'CANCELLED' || code === 'INTERNAL')
  if (decisive) return exitCodeOfFailure(decisive)
  return failures.length > 0 ? exitCodes.environment : exitCodes.done
}
