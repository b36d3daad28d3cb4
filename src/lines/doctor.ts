import * as z from 'zod'
import { failureSchema } from '../failure.js'
import { inspectionSchema } from '../protocol/inspect.js'
import { hardwareSchema } from '../run/machine/hardware.js'
import { frameworkSchema } from '../spec/schema.js'

export const roomSchema = z.strictObject({
  folder: z.string(),
  freeBytes: z.int(),
  writable: z
    .boolean()
    .describe('Whether the folder can be written into, or made where it is not there yet.'),
})

export const machineSchema = z.strictObject({
  ...hardwareSchema.shape,
  freeMemoryBytes: z.int(),
  runs: roomSchema.describe('Folder that the folders of comparisons are made in.'),
  cache: roomSchema.describe('Folder that downloaded weights and computed features are kept in.'),
})

export const examinationSchema = z.strictObject({
  framework: frameworkSchema,
  interpreter: z
    .string()
    .describe('Python interpreter that twintune starts for the framework: a path or a command.'),
  inspection: inspectionSchema
    .nullable()
    .describe('Inspection of the machine from within the framework; null where the framework is not usable.'),
  failure: failureSchema
    .nullable()
    .describe('Failure that makes the framework unusable; null where it is usable.'),
})

export const doctorLineSchema = z
  .strictObject({
    type: z.literal('doctor'),
    usable: z.boolean(),
    ...examinationSchema.shape,
    machine: machineSchema,
  })
  .meta({ title: 'DoctorLine' })

/** Line of `twintune doctor --json`: one framework, and the machine again with each. */
export type DoctorLine = z.output<typeof doctorLineSchema>

/** Examination of one framework on this machine: what it finds, or why it can't be used. */
export type Examination = z.output<typeof examinationSchema>

/** Machine as it is for every framework: processors, memory, and room on the disk. */
export type Machine = z.output<typeof machineSchema>

/** Room for a folder that twintune fills. */
export type Room = z.output<typeof roomSchema>
