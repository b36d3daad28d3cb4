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
    .enum(['begun', 'done', 'found'])
    .describe(
      'State of the step: `begun` for one that takes minutes, `done` where it changed something, `found` where everything was there.',
    ),
  text: z.string().describe('Sentence for a person.'),
})

/** Step of `setup` that is done. */
export type SetupStep = z.output<typeof setupStepSchema>
