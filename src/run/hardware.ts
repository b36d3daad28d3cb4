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
