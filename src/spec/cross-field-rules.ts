import type { z } from 'zod'

/** Rules that bind several fields. Each runs even when other fields are bad, and reads only what is well-formed. */
export function checkAcrossFields(_payload: z.core.ParsePayload): void {}
