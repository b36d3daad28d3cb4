import * as z from 'zod'

export const reportLineSchema = z
  .strictObject({
    type: z.literal('report'),
    report: z.string().describe('Absolute path of the report that was written.'),
  })
  .meta({ title: 'ReportLine' })

/** Line of `twintune report --json`, and the last one of `twintune verify --json`: a report that was written. */
export type ReportLine = z.output<typeof reportLineSchema>
