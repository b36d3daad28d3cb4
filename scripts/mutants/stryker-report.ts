// Reads Stryker's JSON report: what became of each mutant of the sample.

import { z } from 'zod'
import { mutantId } from './sample.js'

/** Fate of one mutant. */
export interface Outcome {
  readonly id: string
  /** The file, from the checkout's top, and the line from 1. */
  readonly place: string
  readonly operator: string
  /** Mutated code; where it has several lines, the first and the last. */
  readonly before: string
  readonly after: string
  readonly status: 'killed' | 'timeout' | 'survived' | 'not-run'
}

const positionSchema = z.object({ line: z.number(), column: z.number() })

const reportSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.string(),
      mutants: z.array(
        z.object({
          mutatorName: z.string(),
          replacement: z.string().default(''),
          status: z.string(),
          location: z.object({ start: positionSchema, end: positionSchema }),
        }),
      ),
    }),
  ),
})

const STATUSES: Readonly<Record<string, Outcome['status']>> = {
  Killed: 'killed',
  // A mutant that breaks the run itself, as by an endless loop, is noticed too.
  RuntimeError: 'killed',
  Timeout: 'timeout',
  Survived: 'survived',
  NoCoverage: 'not-run',
}

/** The outcomes of the sample, and how many mutants there are in all. */
export function readReport(json: string): { readonly outcomes: readonly Outcome[]; readonly of: number } {
  const files = Object.entries(reportSchema.parse(JSON.parse(json)).files)
  const outcomes = files.flatMap(([file, { source, mutants }]) =>
    mutants.flatMap(({ mutatorName, replacement, status, location: { start, end } }) => {
      const outcome = STATUSES[status]
      if (outcome === undefined) return []
      const place = { mutatorName, replacement, line: start.line - 1, column: start.column - 1 }
      return {
        id: mutantId(source, place),
        place: `${file}:${start.line}`,
        operator: mutatorName,
        before: shorten(cut(source, start, end)),
        after: shorten(replacement),
        status: outcome,
      }
    }),
  )
  return { outcomes, of: files.reduce((count, [, { mutants }]) => count + mutants.length, 0) }
}

/** The survivors, and below them the score: killed / (killed + survived). */
export function describe(outcomes: readonly Outcome[]): string {
  const survivors = outcomes.filter(({ status }) => status === 'survived' || status === 'not-run')
  const timeouts = outcomes.filter(({ status }) => status === 'timeout').length
  const killed = outcomes.length - survivors.length
  const share = outcomes.length === 0 ? '' : ` (${Math.round((100 * killed) / outcomes.length)}%)`
  return [
    ...survivors.flatMap(({ id, place, before, after, status }) => [
      `${place}  (${id}${status === 'not-run' ? ', no test runs it' : ''})`,
      `  - ${before}`,
      `  + ${after}`,
    ]),
    `TypeScript: ${killed} of ${outcomes.length} mutants killed${share}, ${timeouts} of them by a time limit`,
  ].join('\n')
}

interface Position {
  readonly line: number
  readonly column: number
}

function cut(source: string, start: Position, end: Position): string {
  const lines = source.split('\n').slice(start.line - 1, end.line)
  lines[lines.length - 1] = (lines.at(-1) ?? '').slice(0, end.column - 1)
  lines[0] = (lines[0] ?? '').slice(start.column - 1)
  return lines.join('\n')
}

function shorten(code: string): string {
  const lines = code.split('\n').map((line) => line.trim())
  return lines.length <= 2 ? lines.join(' ') : `${lines[0]} … ${lines.at(-1)}`
}
