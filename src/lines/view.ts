import * as z from 'zod'

export const viewLineSchema = z
  .strictObject({
    type: z.literal('view'),
    url: z.string().describe('Address of the pages for a browser, with the token that they ask for.'),
  })
  .meta({ title: 'ViewLine' })

/** Line of `twintune view --json`: where the pages are served. */
export type ViewLine = z.output<typeof viewLineSchema>
