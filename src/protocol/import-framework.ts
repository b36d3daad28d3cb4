import * as z from 'zod'
import { frameworkSchema } from '../spec/schema.js'
import { defineMessage } from './message.js'

/** Imports a framework and what its engines need. Fails with FRAMEWORK_MISSING or PACKAGE_MISSING. */
export const importFrameworkMessage = defineMessage({
  name: 'import-framework',
  request: z.strictObject({
    framework: frameworkSchema,
    mode: z
      .enum(['aligned', 'idiomatic'])
      .nullable()
      .describe(
        'Mode of the runs to come, which decides what is imported; null imports what either mode needs.',
      ),
  }),
  progress: z.never(),
  result: z.strictObject({ seconds: z.number() }),
})
