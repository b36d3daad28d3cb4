import { defaultEvidence, type EvidenceOptions } from '../../compare/evidence.js'
import { isComplete } from '../wanted-evidence.js'
import { type Part, unmergeable } from './part.js'

/**
 * Gives the evidence that all parts have gathered: when they began, or when they were gone on with for what they lacked.
 *
 * @throws TwintuneError COMPARISONS_NOT_MERGEABLE, which names the parts whose evidence differs.
 */
export function evidenceOf(parts: readonly Part[]): EvidenceOptions {
  const begun = parts.map((part) => ({ part, evidence: begunWith(part) }))
  // The most that any part has gathered: less would hide what it found.
  const most = begun.find(({ evidence }) => evidence.crossEvaluation) ?? begun[0]
  if (most === undefined) return defaultEvidence
  const { replay, crossEvaluation } = most.evidence
  for (const { part, evidence } of begun) {
    if (evidence.replay === replay && evidence.crossEvaluation === crossEvaluation) continue
    if (evidence.replay === replay && isComplete(part.recorded, { crossEvaluation })) continue
    const hint =
      evidence.replay === replay
        ? `Go on with ${part.name} for it: twintune resume with --cross-evaluation.`
        : 'Carry one of them out again with the --replay of the other: its steps are kept by the runs themselves.'
    throw unmergeable(
      `${most.part.name} and ${part.name} gathered other evidence: ${JSON.stringify(most.evidence)} and ${JSON.stringify(evidence)}.`,
      hint,
    )
  }
  return most.evidence
}

function begunWith({ recorded }: Part): EvidenceOptions {
  return { ...defaultEvidence, ...recorded.started.evidence }
}
