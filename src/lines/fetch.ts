import * as z from 'zod'

export const fetchLineSchema = z
  .strictObject({
    type: z.literal('fetch'),
    backbone: z.string(),
    source: z.string().describe('Package or repository on the hub that the weights are in.'),
    state: z
      .enum(['packaged', 'here', 'downloaded', 'missing'])
      .describe(
        'State of the weights: `packaged` in a Python package that setup installs, `here` already, `downloaded` now, or `missing`.',
      ),
    file: z.string().nullable().describe('Absolute path of the file; null without one.'),
    bytes: z.int().nullable().describe('Size of the file in bytes; null without one.'),
  })
  .meta({ title: 'FetchLine' })

/** Line of `twintune fetch --json`: the weights of one backbone. */
export type FetchLine = z.output<typeof fetchLineSchema>
