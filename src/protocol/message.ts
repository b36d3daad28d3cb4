import type { z } from 'zod'

/**
 * Kind of call from TypeScript to Python, with the schemas of its request and its result, which are both checked. While
 * a call is under way Python may report progress; each report is a JSON object of `progress`.
 */
export interface Message<
  Request extends z.ZodType = z.ZodType,
  Progress extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
> {
  /** The name that `python/bridge_main.py` dispatches on. */
  readonly name: string
  readonly request: Request
  readonly progress: Progress
  readonly result: Result
}

/** Declares a message and keeps the types of its schemas. */
export function defineMessage<
  Request extends z.ZodType,
  Progress extends z.ZodType,
  Result extends z.ZodType,
>(message: Message<Request, Progress, Result>): Message<Request, Progress, Result> {
  return message
}
