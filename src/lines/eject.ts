import * as z from 'zod'

export const ejectLineSchema = z
  .strictObject({
    type: z.literal('script'),
    script: z.enum(['tensorflow', 'pytorch', 'weights']).describe('What the script trains with, or makes.'),
    file: z.string().describe('Absolute path of the script.'),
  })
  .meta({ title: 'EjectLine' })

/** Line of `twintune eject --json`: a script that was written. */
export type EjectLine = z.output<typeof ejectLineSchema>
