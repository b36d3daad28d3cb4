import * as z from 'zod'
import { shardSchema } from '../spec/shard.js'

export const mergedPartSchema = z.strictObject({
  name: z.string().describe('Name of the folder that the runs were taken from.'),
  seeds: z.array(z.int()).describe('Seeds whose runs were taken from it.'),
  shard: shardSchema.nullable().describe('Shard that the folder held; null for a whole comparison.'),
})

export const machineDifferenceSchema = z.strictObject({
  property: z.string().describe('Property of the machines, such as the model of the processor.'),
  values: z
    .array(z.string())
    .describe(
      'Value of each part, in the order of the parts. A part that several machines worked on has several values.',
    ),
})

export const mergedSchema = z.strictObject({
  parts: z.array(mergedPartSchema),
  differences: z
    .array(machineDifferenceSchema)
    .describe('Properties in which the machines of the parts differ; empty where none does.'),
})

/** Record of the parts that a comparison was merged from, and of what differs between their machines. */
export type Merged = z.output<typeof mergedSchema>
/** Part that a comparison was merged from: a shard, or a comparison of other seeds. */
export type MergedPart = z.output<typeof mergedPartSchema>
/** Property in which the machines of the parts differ. */
export type MachineDifference = z.output<typeof machineDifferenceSchema>
