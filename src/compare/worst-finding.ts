import type { ContractRow } from './comparison.js'

/** Finding about what two runs, or a run and its replay, did: how far apart, and how far rounding explains. */
export interface Finding {
  readonly seed: number
  readonly difference: number
  readonly bound: number
  /** Values of both sides, and the part of the run that they are of. */
  readonly evidence: string
}

/**
 * Makes the row of a contract from findings: the first one beyond its bound decides, else the one that is nearest to it.
 *
 * @param nothing - Text for a row that has no findings.
 */
export function rowOf(
  ingredient: string,
  findings: readonly Finding[],
  nothing = 'Nobody looked.',
  missing: readonly string[] = [],
): ContractRow {
  const [first] = findings
  if (first === undefined) return { ingredient, state: 'unchecked', evidence: nothing }
  const beyond = findings.find(({ difference, bound }) => !(difference <= bound))
  const shown =
    beyond ?? findings.reduce((worst, other) => (ratio(other) > ratio(worst) ? other : worst), first)
  if (beyond === undefined && missing.length > 0) {
    return {
      ingredient,
      state: 'unchecked',
      evidence: `Nobody looked at ${missing.join(', ')}. ${shown.evidence}`,
    }
  }
  const isEqual = findings.every(({ difference }) => difference === 0)
  const state = beyond ? 'different' : isEqual ? 'identical' : 'equivalent'
  const several = new Set(findings.map(({ seed }) => seed)).size > 1
  return { ingredient, state, evidence: shown.evidence + (several ? ` (seed ${shown.seed})` : '') }
}

function ratio({ difference, bound }: Finding): number {
  return difference === 0 ? 0 : difference / bound
}
