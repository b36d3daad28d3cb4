import * as z from 'zod'

export const specIssueSchema = z.strictObject({
  file: z
    .string()
    .nullable()
    .describe(
      'The file, as it was named; `--set` or `--seeds`; null for a specification built in TypeScript.',
    ),
  line: z.int().nullable().describe('From 1; null where there is no text to point into.'),
  column: z.int().nullable().describe('From 1.'),
  path: z.string().describe('As `training.phases[0].epochs`; empty for the whole.'),
  message: z.string(),
  suggestion: z.string().nullable().describe('The key or value that was probably meant, alone.'),
})

/** One thing that is wrong with a specification. */
export type SpecIssue = z.output<typeof specIssueSchema>

/** `file:line:column path: message`, without what there is none of. */
export function formatIssue({ file, line, column, path, message }: SpecIssue): string {
  const place = line === null ? file : `${file}:${line}:${column}`
  const where = [place, path].filter((part) => part !== null && part !== '').join(' ')
  return where === '' ? message : `${where}: ${message}`
}
