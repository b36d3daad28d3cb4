import { rmSync } from 'node:fs'
import path from 'node:path'
import type { z } from 'zod'
import { isWithinRounding, keptStepsOf } from '../compare/behaviour-of-judgements.js'
import type { Comparison } from '../compare/comparison.js'
import type { EvidenceOptions } from '../compare/evidence.js'
import type { Judgement } from '../compare/judgement.js'
import { pairsOfFrameworks } from '../compare/pairs.js'
import type { EventOf } from '../events.js'
import { type FailureCode, toFailure } from '../failure.js'
import { frameworkNames } from '../framework-names.js'
import { runRequest } from '../plan/run-request.js'
import { judgeRunMessage } from '../protocol/judge-run.js'
import type { FinishedRun, RunResult } from '../protocol/result.js'
import type { Experiment } from '../spec/schema.js'
import type { ComparisonFolder } from './folder/comparison-folder.js'
import { comparisonFiles } from './folder/files.js'
import type { MachineSurroundings } from './machine/surroundings.js'
import type { WorkerPool } from './workers/pool.js'

/** Judgements of a comparison's runs, and why others are missing. */
export interface Judgements {
  readonly judgements: readonly Judgement[]
  readonly problems: Comparison['unjudged']
}

interface Court {
  readonly folder: ComparisonFolder
  /** Seeds whose runs are carried out in this folder. */
  readonly seeds: readonly number[]
  readonly pool: WorkerPool
  readonly surroundings: MachineSurroundings
  readonly evidence: EvidenceOptions
  /** Callback that is told of each judgement as it begins. */
  readonly onJudging: (judging: Omit<EventOf<'judging'>, 'type' | 'time'>) => void
}

/** Whether a run keeps steps for the other framework. */
export function keepsSteps(
  {
    mode,
    frameworks,
    seeds,
  }: Pick<Experiment, 'mode' | 'frameworks'> & { readonly seeds: readonly number[] },
  { seed, repeat }: { readonly seed: number; readonly repeat?: true | undefined },
  { replay }: Pick<EvidenceOptions, 'replay'>,
): boolean {
  if (mode === 'idiomatic' || frameworks.length < 2 || repeat || replay === 'none') return false
  return replay === 'all' || seed === seeds[0]
}

/**
 * Has each framework judge the other's runs: both judge at once, since nothing is timed any more. A run that can't be judged
 * costs nothing else. Once the user has cancelled, nothing more is judged.
 */
export async function judgeRuns(
  experiment: Experiment,
  results: readonly RunResult[],
  court: Court,
): Promise<Judgements> {
  const pairs = pairsOfFrameworks(results)
  if (experiment.mode === 'idiomatic') return { judgements: [], problems: [] }
  const found = await Promise.all([
    new Judge(
      experiment,
      court,
      pairs.map(([judged, judge]) => ({ judged, judge })),
    ).judgeAll(),
    new Judge(
      experiment,
      court,
      pairs.map(([judge, judged]) => ({ judged, judge })),
    ).judgeAll(),
  ])
  return {
    judgements: found.flatMap(({ judgements }) => judgements).toSorted((one, other) => one.seed - other.seed),
    problems: found.flatMap(({ problems }) => problems),
  }
}

/** Run that is judged, and the judge's own run of the same seed. */
interface Case {
  readonly judged: FinishedRun
  readonly judge: FinishedRun
}

type Replay = z.input<typeof judgeRunMessage.request>['replay']

/** Judge of one framework: it takes steps of the other framework again, and tests its models. */
class Judge {
  readonly #experiment: Experiment
  readonly #court: Court
  readonly #cases: readonly Case[]
  readonly #problems: { seed: number; code: FailureCode; message: string }[] = []

  constructor(experiment: Experiment, court: Court, cases: readonly Case[]) {
    this.#experiment = experiment
    this.#court = court
    this.#cases = cases
  }

  async judgeAll(): Promise<Judgements> {
    // Models of runs with the same split are tested together, which prepares the data and the backbone once.
    for (const group of groupsOfOneSplit(this.#cases)) await this.#judgeGroup(group)
    const judgements = this.#cases.flatMap(({ judged }) => this.#court.folder.readJudgement(judged) ?? [])
    return { judgements, problems: this.#problems }
  }

  async #judgeGroup(group: readonly Case[]): Promise<void> {
    const { evidence, folder } = this.#court
    let untested = group.filter(
      ({ judged }) => evidence.crossEvaluation && !folder.readJudgement(judged)?.evaluation,
    )
    for (const each of group) {
      const replay = this.#isToReplay(each)
      const models = untested
      if (!replay && models.length === 0) continue
      // A judge that fails at one model would fail again at the next step.
      untested = []
      await this.#attempt(each, () => this.#judge(each, replay, models))
    }
  }

  /** Has the steps of a run taken again, if they are to be, and models tested; keeps what was found. */
  async #judge(subject: Case, replay: boolean, models: readonly Case[]): Promise<void> {
    const { judged, judge } = subject
    const { framework, seed } = judge
    this.#court.onJudging({ framework, seed, judged: judged.framework, replay, models: models.length })
    const found = await this.#ask(this.#experiment, subject, judge, replay ? 'kept' : 'none', models)
    for (const [index, model] of models.entries()) {
      this.#keep(model, { evaluation: found.evaluations[index] ?? null })
    }
    if (!replay) return
    const isExact = this.#court.evidence.replay === 'float64'
    this.#keep(subject, {
      steps: found.steps,
      stepsInFloat64: isExact ? await this.#replayInFloat64(subject) : [],
    })
  }

  // A judgement may stand from before the comparison was resumed, with a part of what is wanted.
  #isToReplay({ judged }: Case): boolean {
    const { folder, seeds, evidence } = this.#court
    const standing = folder.readJudgement(judged)
    const isComplete = standing !== null && standing.steps.length >= keptStepsOf(judged)
    return keepsSteps({ ...this.#experiment, seeds }, judged, evidence) && !isComplete
  }

  // The framework of the run takes its steps in float64 first, so that both sides are free of rounding.
  async #replayInFloat64(subject: Case): Promise<Judgement['steps']> {
    const { training } = this.#experiment
    const exact: Experiment = { ...this.#experiment, training: { ...training, precision: 'float64' } }
    await this.#ask(exact, subject, subject.judged, 'own', [])
    return (await this.#ask(exact, subject, subject.judge, 'float64', [])).steps
  }

  #ask(as: Experiment, { judged }: Case, by: FinishedRun, replay: Replay, models: readonly Case[]) {
    const { folder, pool, surroundings } = this.#court
    const places = { runDirectory: folder.folderOf(by), resume: false, keepSteps: 'none' as const }
    return pool.askFramework(by.framework, judgeRunMessage, {
      run: runRequest(as, by, { ...surroundings, ...places }),
      judged: folder.folderOf(judged),
      replay,
      models: models.map((model) => folder.folderOf(model.judged)),
    })
  }

  #keep({ judged, judge }: Case, found: Partial<Judgement>): void {
    const { folder } = this.#court
    const nothing = { steps: [], stepsInFloat64: [], evaluation: null }
    const parties = { seed: judged.seed, judged: judged.framework, judge: judge.framework }
    const judgement = { ...nothing, ...folder.readJudgement(judged), ...parties, ...found }
    folder.writeJudgement(judged, judgement)
    const { steps, stepsInFloat64 } = judgement
    const isComplete = steps.length > 0 && steps.length >= keptStepsOf(judged)
    if (isComplete && [...steps, ...stepsInFloat64].every(isWithinRounding)) {
      // Steps that could be taken again say nothing more; the others are evidence.
      rmSync(path.join(folder.folderOf(judged), comparisonFiles.steps), { recursive: true, force: true })
    }
  }

  async #attempt({ judged, judge }: Case, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      const { code, message } = toFailure(error)
      const [by, of] = [frameworkNames[judge.framework], frameworkNames[judged.framework]]
      const what = `${by} could not judge ${of}'s run of seed ${judged.seed}`
      if (code !== 'CANCELLED') {
        this.#problems.push({ seed: judged.seed, code, message: `${what}: ${message}` })
      }
    }
  }
}

function groupsOfOneSplit(cases: readonly Case[]): Case[][] {
  const splits = [...new Set(cases.map(({ judged }) => judged.facts.split))]
  return splits.map((split) => cases.filter(({ judged }) => judged.facts.split === split))
}
