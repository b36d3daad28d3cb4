import os from 'node:os'
import * as z from 'zod'

export const hardwareSchema = z.strictObject({
  cpu: z.strictObject({ model: z.string(), count: z.int() }),
  memoryBytes: z.int(),
  loadAverage: z.array(z.number()).describe('Over one, five and fifteen minutes.'),
})

/** What a machine computes with, and how busy it is. */
export type Hardware = z.output<typeof hardwareSchema>

/** This machine's, at this moment. */
export function readHardware(): Hardware {
  const cpus = os.cpus()
  return {
    cpu: { model: cpus[0]?.model ?? 'unknown', count: cpus.length },
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
