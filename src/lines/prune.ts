import * as z from 'zod'

export const prunedLineSchema = z
  .strictObject({
    type: z.literal('pruned'),
    kind: z.enum(['checkpoints', 'temporary file', 'temporary folder']),
    path: z.string().describe('Absolute path of what was deleted, or would be with `--dry-run`.'),
    bytes: z.int(),
    deleted: z.boolean().describe('Whether it is gone.'),
  })
  .meta({ title: 'PrunedLine' })

/** Line of `twintune prune --json`: a file or folder that nothing needs any more. */
export type PrunedLine = z.output<typeof prunedLineSchema>
