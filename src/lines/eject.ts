import * as z from 'zod'

export const ejectLineSchema = z
  .strictObject({
    type: z.literal('script'),
    script: z
      .enum(['tensorflow', 'pytorch', 'weights'])
      .describe(
        'Framework that the script trains in; `weights` for the script that makes the file of weights.',
      ),
    file: z.string().describe('Absolute path of the script.'),
  })
  .meta({ title: 'EjectLine' })

/** Line of `twintune eject --json`: a script that was written. */
export type EjectLine = z.output<typeof ejectLineSchema>
