import * as z from 'zod'
import { failureSchema } from '../failure.js'

/** Reply that Python's `invoke` returns. Errors are data, since pythonia loses an exception's message. */
export const replySchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), result: z.unknown() }),
  z.strictObject({ ok: z.literal(false), failure: failureSchema }),
])
