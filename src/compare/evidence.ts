import * as z from 'zod'

export const evidenceSchema = z.strictObject({
  replay: z
    .enum(['first', 'all', 'none', 'float64'])
    .describe(
      'Seeds whose runs keep steps, for the other framework to take them again; `float64` is the first seed, in float64 too.',
    ),
  crossEvaluation: z.boolean().describe("Whether each framework tests the other's models."),
})

/** Evidence that a comparison gathers beside its runs. */
export type EvidenceOptions = z.output<typeof evidenceSchema>

/** Evidence that is gathered unless the user wants other evidence: what costs little. */
export const defaultEvidence: EvidenceOptions = { replay: 'first', crossEvaluation: true }
