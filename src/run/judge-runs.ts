import { rmSync } from 'node:fs'
import path from 'node:path'
import type { z } from 'zod'
import type { Judgement } from '../compare/judgement.js'
import { pairsOfFrameworks } from '../compare/pairs.js'
import type { EventOf } from '../events.js'
import { toFailure } from '../failure.js'
import { frameworkNames } from '../framework-names.js'
import { runRequest } from '../plan/run-request.js'
import { judgeRunMessage } from '../protocol/judge-run.js'
import type { FinishedRun, RunResult } from '../protocol/result.js'
import type { Experiment } from '../spec/schema.js'
import type { ComparisonFolder } from './folder/comparison-folder.js'
import { comparisonFiles } from './folder/files.js'
import type { MachineSurroundings } from './machine/surroundings.js'
import type { WorkerPool } from './workers/pool.js'

/** Evidence that a comparison gathers beside its runs. */
export interface EvidenceOptions {
  /** Seeds whose runs keep steps, for the other framework to take them again. */
  readonly replay: 'first' | 'all' | 'none' | 'float64'
  /** Whether each framework tests the other's models. */
  readonly crossEvaluation: boolean
}

/** Judgements of a comparison's runs, and why others are missing. */
export interface Judgements {
  readonly judgements: readonly Judgement[]
  readonly problems: readonly { readonly seed: number; readonly code: string; readonly message: string }[]
}

interface Court {
  readonly folder: ComparisonFolder
  readonly pool: WorkerPool
  readonly surroundings: MachineSurroundings
  readonly evidence: EvidenceOptions
  /** Callback that is told of each judgement as it begins. */
  readonly onJudging: (judging: Omit<EventOf<'judging'>, 'type' | 'time'>) => void
}

/** Whether a run keeps steps for the other framework. */
export function keepsSteps(
  { mode, frameworks, seeds }: Experiment,
  { seed, repeat }: { readonly seed: number; readonly repeat?: true | undefined },
  { replay }: EvidenceOptions,
): boolean {
  if (mode === 'idiomatic' || frameworks.length < 2 || repeat || replay === 'none') return false
  return replay === 'all' || seed === seeds[0]
}

/**
 * Has each framework judge the other's runs, seed by seed: both judge at once, since nothing is timed any more. A run that
 * can't be judged costs nothing else. Once the user has cancelled, nothing more is judged.
 */
export async function judgeRuns(
  experiment: Experiment,
  results: readonly RunResult[],
  court: Court,
): Promise<Judgements> {
  const judgements: Judgement[] = []
  const problems: { seed: number; code: string; message: string }[] = []
  if (experiment.mode === 'idiomatic') return { judgements, problems }

  for (const [tensorflow, pytorch] of pairsOfFrameworks(results)) {
    const found = await Promise.all([attempt(tensorflow, pytorch), attempt(pytorch, tensorflow)])
    judgements.push(...found.filter((judgement) => judgement !== null))
  }
  return { judgements, problems }

  async function attempt(judged: FinishedRun, judge: FinishedRun): Promise<Judgement | null> {
    const { seed } = judged
    const replay = keepsSteps(experiment, judged, court.evidence)
    if (!replay && !court.evidence.crossEvaluation) return null
    try {
      const standing = court.folder.readJudgement(judged)
      if (standing) return standing
      court.onJudging({ framework: judge.framework, seed, judged: judged.framework, replay })
      return await ask(judged, judge, replay)
    } catch (error) {
      const { code, message } = toFailure(error)
      const what = `${frameworkNames[judge.framework]} could not judge ${frameworkNames[judged.framework]}'s run of seed ${seed}`
      if (code !== 'CANCELLED') problems.push({ seed, code, message: `${what}: ${message}` })
      return null
    }
  }

  async function ask(judged: FinishedRun, judge: FinishedRun, replay: boolean): Promise<Judgement> {
    const { folder, pool, surroundings, evidence } = court
    const found = await askOne(experiment, judge, replay ? 'kept' : 'none', evidence.crossEvaluation)
    const judgement = {
      seed: judged.seed,
      judged: judged.framework,
      judge: judge.framework,
      ...found,
      stepsInFloat64: replay && evidence.replay === 'float64' ? await inFloat64() : [],
    }
    folder.writeJudgement(judged, judgement)
    const steps = [...judgement.steps, ...judgement.stepsInFloat64]
    if (steps.every(({ worst }) => worst.difference <= worst.bound)) {
      // Steps that could be taken again say nothing more; the others are evidence.
      rmSync(path.join(folder.folderOf(judged), comparisonFiles.steps), { recursive: true, force: true })
    }
    return judgement

    // The framework of the run takes its steps in float64 first, so that both sides are free of rounding.
    async function inFloat64(): Promise<Judgement['steps']> {
      const { training } = experiment
      const exact: Experiment = { ...experiment, training: { ...training, precision: 'float64' } }
      await askOne(exact, judged, 'own', false)
      return (await askOne(exact, judge, 'float64', false)).steps
    }

    function askOne(as: Experiment, by: FinishedRun, steps: ReplayedSteps, crossEvaluation: boolean) {
      const places = { runDirectory: folder.folderOf(by), resume: false, keepSteps: 'none' as const }
      return pool.askFramework(by.framework, judgeRunMessage, {
        run: runRequest(as, by, { ...surroundings, ...places }),
        judged: folder.folderOf(judged),
        replay: steps,
        crossEvaluation,
      })
    }
  }
}

type ReplayedSteps = z.input<typeof judgeRunMessage.request>['replay']
