import * as z from 'zod'
import { stageSchema, warningSchema } from '../events.js'
import { defineMessage } from './message.js'
import { perturbationSchema } from './perturbation.js'
import { runRequestSchema } from './run.js'

/** What of the model trains: what the first phase says, or all of it with BatchNorm in training mode. */
export const trainedSchema = z.enum(['phase', 'all'])

export type Trained = z.output<typeof trainedSchema>

/** What a report of a run's progress has beside. */
const added = { time: true, framework: true, seed: true } as const

/** A recording goes through the stages of a run, but profiles no step. */
const recordingStageSchema = stageSchema
  .omit(added)
  .extend({ stage: stageSchema.shape.stage.exclude(['profile']) })

/** Builds one engine and writes what it computes, rung by rung, to a file that `judge-rungs` reads. */
export const recordRungsMessage = defineMessage({
  name: 'record-rungs',
  request: z.strictObject({
    run: runRequestSchema.describe('Deterministic, of one phase, with at most 16 images a batch.'),
    trained: trainedSchema,
    perturbation: perturbationSchema.nullable().describe('Planted in this engine.'),
    recording: z.string().describe('The safetensors file to write.'),
  }),
  progress: z.discriminatedUnion('type', [recordingStageSchema, warningSchema.omit(added)]),
  result: z.strictObject({ seconds: z.number() }),
})

export type RecordingProgress = z.output<typeof recordRungsMessage.progress>
