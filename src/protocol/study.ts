import * as z from 'zod'

// Parts that the messages of a search share. Values cross as numbers: those of a choice as positions in its list.

const path = z.string().describe('Path of the option, which names the parameter.')

export const studyParameterSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('float'),
    path,
    low: z.number(),
    high: z.number(),
    log: z.boolean().describe('Whether the values are drawn on a logarithmic scale.'),
  }),
  z.strictObject({ kind: z.literal('int'), path, low: z.int(), high: z.int() }),
  z.strictObject({ kind: z.literal('choice'), path, count: z.int().describe('Number of values.') }),
])

/** Study of Optuna. It is complete, so that a process that was started anew goes on with what its storage holds. */
export const studySchema = z.strictObject({
  storage: z.string().describe('Address of the storage, as SQLAlchemy takes it: `sqlite:///…` or another.'),
  name: z.string().describe('Name of the study in its storage.'),
  direction: z.enum(['maximize', 'minimize']),
  sampler: z.enum(['tpe', 'gp', 'qmc', 'random']),
  seed: z.int(),
  pruning: z.enum(['none', 'median', 'hyperband']),
  epochs: z.int().describe('Number of epochs that a trial has at most.'),
  parameters: z.array(studyParameterSchema),
})

/** Study of Optuna: where it is stored, what it searches and how. */
export type Study = z.output<typeof studySchema>
/** Parameter of a study. */
export type StudyParameter = z.output<typeof studyParameterSchema>
