import * as z from 'zod'

// Messages between a worker's parent and its child. Requests, reports and replies are JSON that Python reads and
// writes, carried here as strings: the child opens none of it.

/** Message from the parent to the child. */
export const toChildSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('invoke'),
    name: z.string(),
    payload: z.string(),
    waitsAfter: z
      .string()
      .optional()
      .describe('Beginning of the reports after which Python waits for `go-on`.'),
  }),
  z
    .strictObject({ type: z.literal('go-on') })
    .describe('Python goes on after a report that it waits after, unless it was told to stop.'),
  z
    .strictObject({ type: z.literal('cancel') })
    .describe('Python is told to stop at its next progress report.'),
  z.strictObject({ type: z.literal('stop') }).describe('Python is ended, and the child after it.'),
])

/** End of a Python process, or the reason why it never ran. */
export const pythonEndSchema = z.strictObject({
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  spawnError: z
    .strictObject({ code: z.string().describe('Error code of the system, as ENOENT.'), message: z.string() })
    .nullable(),
})

/** Message from the child to the parent. */
export const fromChildSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('progress'), payload: z.string() }),
  z.strictObject({ type: z.literal('reply'), payload: z.string() }),
  z
    .strictObject({ type: z.literal('bridge-failed'), message: z.string() })
    .describe('The entry module can not be loaded, or `invoke` itself raised.'),
  z.strictObject({ type: z.literal('python-ended'), end: pythonEndSchema }),
])

export type ToChild = z.output<typeof toChildSchema>
export type FromChild = z.output<typeof fromChildSchema>
export type PythonEnd = z.output<typeof pythonEndSchema>
