import * as z from 'zod'
import { failureSchema } from '../failure.js'
import { inspectionSchema } from '../protocol/inspect.js'
import { hardwareSchema } from '../run/machine/hardware.js'
import { frameworkSchema } from '../spec/schema.js'

const roomSchema = z.strictObject({
  folder: z.string(),
  freeBytes: z.int(),
  writable: z
    .boolean()
    .describe('Whether the folder can be written into, or made where it is not there yet.'),
})

const machineSchema = z.strictObject({
  ...hardwareSchema.shape,
  freeMemoryBytes: z.int(),
  runs: roomSchema.describe('Where run folders are made.'),
  cache: roomSchema.describe('Where downloaded weights and computed features are kept.'),
})

const examinationSchema = z.strictObject({
  framework: frameworkSchema,
  interpreter: z.string().describe('That twintune starts: a path or a command.'),
  inspection: inspectionSchema.nullable().describe('null where the framework is not usable.'),
  failure: failureSchema.nullable().describe('Why it is not usable.'),
})

export const doctorLineSchema = z
  .strictObject({
    type: z.literal('doctor'),
    usable: z.boolean(),
    ...examinationSchema.shape,
    machine: machineSchema,
  })
  .meta({ title: 'DoctorLine' })

/** A line of `twintune doctor --json`: one framework, and the machine again with each. */
export type DoctorLine = z.output<typeof doctorLineSchema>

/** What one framework finds on this machine, or why it can't be used. */
export type Examination = z.output<typeof examinationSchema>

/** What this machine offers, whichever framework asks. */
export type Machine = z.output<typeof machineSchema>

/** A folder that twintune fills, and the room there is for it. */
export type Room = z.output<typeof roomSchema>
