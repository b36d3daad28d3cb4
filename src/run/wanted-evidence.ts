import path from 'node:path'
import { keptStepsOf } from '../compare/behaviour-of-judgements.js'
import type { EvidenceOptions } from '../compare/evidence.js'
import { pairsOfFrameworks } from '../compare/pairs.js'
import { TwintuneError } from '../failure.js'
import { frameworkNames } from '../framework-names.js'
import { shellQuote } from '../shell-quote.js'
import { frameworkSchema } from '../spec/schema.js'
import { comparisonFiles } from './folder/files.js'
import type { RecordedComparison } from './folder/read.js'
import { keepsSteps } from './judge-runs.js'

/**
 * Whether all runs of a comparison have finished, and been judged as it was wanted when the comparison began, or as the
 * user wants it now.
 */
export function isComplete(
  { comparison, started }: RecordedComparison,
  evidence: { readonly [Name in keyof EvidenceOptions]?: EvidenceOptions[Name] | undefined },
): boolean {
  if (comparison?.status !== 'finished') return false
  if (started.mode === 'idiomatic') return true
  const before = { ...noEvidence, ...started.evidence }
  const { replay = before.replay, crossEvaluation = before.crossEvaluation } = evidence
  const planned = plannedOf(started)
  return pairsOfFrameworks(comparison.runs)
    .flat()
    .every((run) => {
      const judgement = comparison.judgements.find(
        ({ seed, judged }) => seed === run.seed && judged === run.framework,
      )
      const isReplayed = (judgement?.steps.length ?? 0) >= Math.max(1, keptStepsOf(run))
      const isTested = judgement !== undefined && judgement.evaluation !== null
      return (!crossEvaluation || isTested) && (!keepsSteps(planned, run, { replay }) || isReplayed)
    })
}

// Comparisons of older versions don't say what was wanted.
const noEvidence = { replay: 'none', crossEvaluation: false } as const

function plannedOf({ mode, runs }: RecordedComparison['started']) {
  return { mode, frameworks: frameworkSchema.options, seeds: runs.map(({ seed }) => seed) }
}

/** Refuses to have steps taken again that finished runs did not keep, or that were deleted once they had been. */
export function checkKeptSteps(
  { name, path: folder, started, results }: RecordedComparison,
  { replay }: Partial<EvidenceOptions>,
): void {
  const before = started.evidence?.replay ?? 'none'
  if (replay === undefined || replay === 'none' || replay === before) return
  const planned = plannedOf(started)
  const finished = results.filter(
    (result) =>
      result.status === 'finished' &&
      keepsSteps(planned, result, { replay }) &&
      (replay === 'float64' || !keepsSteps(planned, result, { replay: before })),
  )
  if (finished.length === 0) return
  const runs = finished.map(({ framework, seed }) => `${frameworkNames[framework]} seed ${seed}`).join(', ')
  throw new TwintuneError({
    code: 'COMPARISON_NOT_RESUMABLE',
    message: `Runs of ${name} have finished without the steps that --replay ${replay} takes again: ${runs}.`,
    hint: `Resume it without --replay, or start a new comparison: twintune compare ${shellQuote(path.join(folder, comparisonFiles.spec))} --replay ${replay}`,
  })
}
