import * as z from 'zod'

export const specIssueSchema = z.strictObject({
  file: z
    .string()
    .nullable()
    .describe(
      'Name of the file as it was given, or the option `--set` or `--seeds`; null for a specification built in TypeScript.',
    ),
  line: z.int().nullable().describe('Number of the line, from 1; null where there is no text to point into.'),
  column: z
    .int()
    .nullable()
    .describe('Number of the column, from 1; null where there is no text to point into.'),
  path: z
    .string()
    .describe('Path of the field, as `training.phases[0].epochs`; empty for the whole specification.'),
  message: z.string(),
  suggestion: z
    .string()
    .nullable()
    .describe(
      'Key or value that was probably meant, or the place where such a key belongs, as `training.phases[].epochs`; null where none is close.',
    ),
})

/** Issue of a specification: something that is wrong with it, and its place. */
export type SpecIssue = z.output<typeof specIssueSchema>

/** Formats an issue as `file:line:column path: message`, without the parts that it lacks. */
export function formatIssue({ file, line, column, path, message }: SpecIssue): string {
  const place = line === null ? file : `${file}:${line}:${column}`
  const where = [place, path].filter((part) => part !== null && part !== '').join(' ')
  return where === '' ? message : `${where}: ${message}`
}
