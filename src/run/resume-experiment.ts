import { existsSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { keptStepsOf } from '../compare/behaviour-of-judgements.js'
import { defaultEvidence, type EvidenceOptions } from '../compare/evidence.js'
import { pairsOfFrameworks } from '../compare/pairs.js'
import type { Event } from '../events.js'
import { TwintuneError } from '../failure.js'
import { frameworkNames } from '../framework-names.js'
import { expandShorthands } from '../plan/expand-shorthands.js'
import { loadExperiment } from '../spec/load.js'
import { frameworkSchema } from '../spec/schema.js'
import { version } from '../version.js'
import { type CarryOutRunsOptions, carryOutRuns, type Undertaking } from './carry-out-runs.js'
import { findAltered } from './folder/altered.js'
import { ComparisonFolder } from './folder/comparison-folder.js'
import { comparisonFiles } from './folder/files.js'
import { now } from './folder/journal.js'
import { removeStaleLock } from './folder/lock.js'
import { type RecordedComparison, readComparison } from './folder/read.js'
import { readRegular } from './folder/regular-file.js'
import { hashSpecification } from './folder/specification.js'
import { checkInputFiles } from './input-files.js'
import { keepsSteps } from './judge-runs.js'
import { type MachineRecord, recordMachine } from './machine/record.js'
import { type MachineSurroundings, machineSurroundings } from './machine/surroundings.js'

export interface ResumeExperimentOptions extends Omit<CarryOutRunsOptions, 'evidence'> {
  /** Evidence that the user wants, where it isn't what the comparison began with. */
  readonly evidence: Partial<EvidenceOptions>
}

/**
 * Resumes the comparison in a folder: keeps the results of the runs that finished, takes the others up at
 * their last checkpoints, or anew where there is none, has judged what no framework could judge, and compares all. Of a
 * comparison that lacks nothing it only tells the end.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND, COMPARISON_NOT_RESUMABLE or COMPARISON_IN_USE; SpecError when spec.yaml is wrong.
 */
export async function resumeExperiment(
  comparisonDirectory: string,
  { evidence, ...options }: ResumeExperimentOptions,
  emit: (event: Event) => void,
  cancelSignal: AbortSignal,
): Promise<void> {
  const found = await requireComparison(comparisonDirectory)
  checkUnaltered(found)
  checkKeptSteps(found, evidence)
  if (tellEnd(found, evidence, emit)) return
  const folder = ComparisonFolder.reopen(found.path)
  let undertaking: Undertaking
  const wanted = { ...defaultEvidence, ...found.started.evidence, ...evidence }
  try {
    // Only a reading under the lock holds: the process that had it may just have come to the end of a run, or of all.
    const recorded = await requireComparison(comparisonDirectory)
    if (tellEnd(recorded, evidence, emit)) return folder.close()
    undertaking = await takeUp(recorded, folder, machineSurroundings(options))
    folder.discardComparison()
  } catch (error) {
    folder.close()
    throw error
  }
  await carryOutRuns(undertaking, { ...options, evidence: wanted }, emit, cancelSignal)
}

/** Tells the end of a comparison if it lacks nothing, and returns whether that is so. */
function tellEnd(
  recorded: RecordedComparison,
  evidence: Partial<EvidenceOptions>,
  emit: (event: Event) => void,
): boolean {
  const { path: comparisonDirectory, comparison } = recorded
  if (comparison === null || !isComplete(recorded, evidence)) return false
  // The process may have been killed when all was written.
  removeStaleLock(comparisonDirectory)
  emit({ type: 'comparison-finished', time: now(), comparisonDirectory, comparison })
  return true
}

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

/** Refuses a comparison whose result another version wrote, or with results that aren't those that were written. */
function checkUnaltered(found: RecordedComparison): void {
  if (found.status === 'unreadable')
    throw new TwintuneError({
      code: 'COMPARISON_NOT_RESUMABLE',
      message: `${path.join(found.path, comparisonFiles.comparison)} can't be read by this version of twintune, and would be overwritten.`,
      hint: `${comparisonFiles.environment} names the version that wrote it. Move the file away to have it made anew from the results of the runs.`,
    })
  const [file] = findAltered(found)
  if (file === undefined) return
  throw new TwintuneError({
    code: 'COMPARISON_NOT_RESUMABLE',
    message: `${path.join(found.path, file)} is not what was written, or ${comparisonFiles.events} isn't: they have other results.`,
    hint:
      file === comparisonFiles.comparison
        ? 'Delete the file: twintune resume makes it anew from the results of the runs.'
        : 'Delete the file: twintune resume then carries the run out again.',
  })
}

/** Refuses to have steps taken again that finished runs did not keep, or that were deleted once they had been. */
function checkKeptSteps(
  { name, started, results }: RecordedComparison,
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
    hint: `Resume it without --replay, or start a new comparison: twintune compare ${comparisonFiles.spec} --replay ${replay}`,
  })
}

async function takeUp(
  recorded: RecordedComparison,
  folder: ComparisonFolder,
  surroundings: MachineSurroundings,
): Promise<Undertaking> {
  const before = readEnvironment(recorded.path)
  await checkUnchanged(recorded, before)
  const experiment = expandShorthands(await loadExperiment(path.join(recorded.path, comparisonFiles.spec)))
  checkInputFiles(experiment)
  const machine = { ...(await recordMachine(await hashSpecification(recorded.path))), ...whatStays(before) }
  const kept = recorded.results.filter(({ status }) => status === 'finished')
  return { experiment, folder, machine, surroundings, kept }
}

/** Schema of the fields of environment.json that resuming reads. All other fields are kept as they are. */
const environmentSchema = z.looseObject({
  twintune: z.string().optional(),
  specification: z.string().optional(),
  dataset: z.string().optional(),
  weights: z.string().optional(),
  earlier: z.array(z.looseObject({})).optional(),
})

type Environment = z.output<typeof environmentSchema>

async function requireComparison(comparisonDirectory: string): Promise<RecordedComparison> {
  const recorded = await readComparison(comparisonDirectory)
  if (recorded) return recorded
  throw new TwintuneError({
    code: 'COMPARISON_NOT_FOUND',
    message: `${comparisonDirectory} holds no comparison.`,
  })
}

// A process that was killed may have left no environment.json.
function readEnvironment(folder: string): Environment {
  const file = path.join(folder, comparisonFiles.environment)
  const text = readRegular(file)
  if (text === null) return {}
  try {
    return environmentSchema.parse(JSON.parse(text))
  } catch {
    throw new TwintuneError({
      code: 'COMPARISON_NOT_RESUMABLE',
      message: `${file} is damaged: it says which specification and which version the comparison began with.`,
      hint: 'Put it back, or start a new comparison.',
    })
  }
}

async function checkUnchanged(
  { name, path: folder }: RecordedComparison,
  { twintune, specification }: Environment,
): Promise<void> {
  if (twintune !== undefined && twintune !== version) {
    throw new TwintuneError({
      code: 'COMPARISON_NOT_RESUMABLE',
      message: `${name} was begun by twintune ${twintune}, and this is ${version}: its results would not be comparable.`,
      hint: `Resume it with twintune ${twintune}, or start a new comparison with twintune compare.`,
    })
  }
  if (!existsSync(path.join(folder, comparisonFiles.spec))) {
    throw new TwintuneError({
      code: 'COMPARISON_NOT_RESUMABLE',
      message: `${name} has lost its ${comparisonFiles.spec}, which says what it compares.`,
      hint: 'Put it back, or start a new comparison.',
    })
  }
  if (specification !== undefined && specification !== (await hashSpecification(folder))) {
    throw new TwintuneError({
      code: 'COMPARISON_NOT_RESUMABLE',
      message: `The spec.yaml of ${name} was changed since the comparison began.`,
      hint: `Put it back, or start a new comparison: twintune compare ${path.join(folder, comparisonFiles.spec)}`,
    })
  }
}

function whatStays(before: Environment): Partial<MachineRecord> {
  const { earlier = [], dataset, weights } = before
  return {
    ...(dataset !== undefined && { dataset }),
    ...(weights !== undefined && { weights }),
    earlier: [...earlier, withoutEarlier(before)],
  }
}

function withoutEarlier({ earlier: _, ...environment }: Environment): Environment {
  return environment
}
