import * as z from 'zod'

export const setupStepSchema = z.strictObject({
  step: z
    .enum(['device', 'environment', 'repair', 'pytorch', 'packages'])
    .describe(
      'Step of the setup: what the machine has, the virtual environment, damaged packages, PyTorch, the rest.',
    ),
  folder: z
    .string()
    .nullable()
    .describe('Absolute path of the virtual environment; null for the step that looks at the machine.'),
  state: z
    .enum(['done', 'found'])
    .describe('Whether the step changed anything (`done`), or found everything there (`found`).'),
  text: z.string().describe('Sentence for a person.'),
})

/** Step of `setup` that is done. */
export type SetupStep = z.output<typeof setupStepSchema>
