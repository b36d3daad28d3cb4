import * as z from 'zod'
import { TwintuneError } from '../failure.js'
import type { Message } from '../protocol/message.js'
import { replySchema } from '../protocol/reply.js'

// Everything that crosses the bridge, checked with its message's schemas in both directions.

/** Encodes a request as the JSON that Python gets, with defaults filled in. */
export function encodeRequest<M extends Message>(message: M, request: z.input<M['request']>): string {
  return JSON.stringify(check(message.request, request, `The request ${message.name}`))
}

/**
 * Reports of a Python that passes messages on to one elsewhere, which belong to no message: the other one computes, or there is
 * no room for it yet.
 */
export const signsOfLife = { alive: '{"type": "alive"}', waiting: '{"type": "waiting"}' } as const

/** Decodes a progress report of Python. */
export function decodeProgress<M extends Message>(message: M, payload: string): z.output<M['progress']> {
  return check<M['progress']>(message.progress, JSON.parse(payload), `A progress report of ${message.name}`)
}

/**
 * Decodes the result in Python's reply.
 *
 * @throws TwintuneError With the failure that Python replied instead.
 */
export function decodeReply<M extends Message>(message: M, payload: string): z.output<M['result']> {
  const reply = check(replySchema, JSON.parse(payload), `The reply to ${message.name}`)
  if (!reply.ok) throw new TwintuneError(reply.failure)
  return check<M['result']>(message.result, reply.result, `The result of ${message.name}`)
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const parsed = z.safeParse(schema, value)
  if (parsed.success) return parsed.data
  throw new TwintuneError({
    code: 'INTERNAL',
    message: `${what} does not fit the schema of its message: ${parsed.error.issues.map(describeIssue).join('; ')}.`,
    hint: 'Please report it: the two sides of twintune disagree.',
  })
}

function describeIssue(issue: z.core.$ZodIssue): string {
  return `${z.core.toDotPath(issue.path) || 'it'}: ${issue.message}`
}
