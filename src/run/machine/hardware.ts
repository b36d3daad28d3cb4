import os from 'node:os'
import * as z from 'zod'
import { isDisturbed } from '../../compare/disturbance.js'
import { frameworkNames } from '../../framework-names.js'
import { seedLabel } from '../../plan/plan-runs.js'
import type { FinishedRun } from '../../protocol/result.js'

export const hardwareSchema = z.strictObject({
  cpu: z.strictObject({
    model: z.string(),
    count: z.int(),
    available: z.int().describe('Number of processors that this process and its frameworks may use.'),
  }),
  memoryBytes: z.int(),
  loadAverage: z.array(z.number()).describe('Load averages over one, five and fifteen minutes.'),
})

/** Hardware of a machine, and how busy it is. */
export type Hardware = z.output<typeof hardwareSchema>

/** Reads the hardware of this machine and its load at this moment. */
export function readHardware(): Hardware {
  const cpus = os.cpus()
  return {
    cpu: { model: cpus[0]?.model ?? 'unknown', count: cpus.length, available: os.availableParallelism() },
    memoryBytes: os.totalmem(),
    loadAverage: os.loadavg(),
  }
}

/** Why times taken now would mean little: others use the processors. `null` on a quiet machine. */
export function whyBusy(load = os.loadavg()[0] ?? 0, cores = os.availableParallelism()): string | null {
  // Frameworks use all cores, and wait for the slowest: half of one core taken by others is felt in every step.
  if (load <= 0.5) return null
  return `The load of this machine is ${load.toFixed(1)} on ${cores} cores before anything was started: times will not be comparable.`
}

/** Why a run's times mean little: others used the processors while it went on. `null` where they left them alone. */
export function whyDisturbed(run: FinishedRun): string | null {
  const { framework, othersCpuShare } = run
  if (othersCpuShare === null || !isDisturbed(run)) return null
  return `Others used ${(100 * othersCpuShare).toFixed(0)}% of the processors' time during ${frameworkNames[framework]} ${seedLabel(run)}: its times are not comparable.`
}
