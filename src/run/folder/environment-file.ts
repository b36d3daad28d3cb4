import path from 'node:path'
import * as z from 'zod'
import { TwintuneError } from '../../failure.js'
import type { MachineRecord } from '../machine/record.js'
import { comparisonFiles } from './files.js'
import { readRegular } from './regular-file.js'

const inspectedSchema = z.looseObject({
  python: z.string().optional(),
  versions: z.record(z.string(), z.string()).optional(),
  devices: z.array(z.string()).optional(),
  gpuSupport: z.string().optional(),
})

/** Versions and devices that a framework had in one part of a comparison. */
export type Inspected = z.output<typeof inspectedSchema>

const frameworksSchema = z.looseObject({
  tensorflow: inspectedSchema.optional(),
  pytorch: inspectedSchema.optional(),
})

/** Schema of the fields of environment.json that going on reads. All other fields are kept as they are. */
const environmentSchema = z.looseObject({
  twintune: z.string().optional(),
  specification: z.string().optional(),
  specificationParts: z.record(z.string(), z.string()).optional(),
  frameworks: frameworksSchema.optional(),
  node: z.string().optional(),
  platform: z.string().optional(),
  gitCommit: z.string().nullable().optional(),
  cpu: z.looseObject({ model: z.string(), count: z.int(), available: z.int() }).optional(),
  memoryBytes: z.number().optional(),
  dataset: z.string().optional(),
  weights: z.string().optional(),
})

const recordSchema = environmentSchema.extend({ earlier: z.array(environmentSchema).optional() })

/** Record of what one part of a comparison has run on. */
export type MachineEnvironment = z.output<typeof environmentSchema>

/** Record of what a comparison has run on so far, as environment.json holds it. */
export type Environment = z.output<typeof recordSchema>

/**
 * Reads environment.json in a comparison's folder. A process that was killed may have left none.
 *
 * @throws TwintuneError COMPARISON_NOT_RESUMABLE when it is damaged.
 */
export function readEnvironment(folder: string): Environment {
  const file = path.join(folder, comparisonFiles.environment)
  const text = readRegular(file)
  if (text === null) return {}
  try {
    return recordSchema.parse(JSON.parse(text))
  } catch {
    throw new TwintuneError({
      code: 'COMPARISON_NOT_RESUMABLE',
      message: `${file} is damaged: it says which specification and which version the comparison began with.`,
      hint: 'Put it back, or start anew.',
    })
  }
}

/** Keeps what the first part of a comparison found, and the records of all its earlier parts. */
export function whatStays(before: Environment): Partial<MachineRecord> {
  const { earlier = [], dataset, weights } = before
  return {
    ...(dataset !== undefined && { dataset }),
    ...(weights !== undefined && { weights }),
    earlier: [...earlier, withoutEarlier(before)],
  }
}

function withoutEarlier({ earlier: _, ...environment }: Environment): MachineEnvironment {
  return environment
}
