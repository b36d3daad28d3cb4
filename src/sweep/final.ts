import { existsSync } from 'node:fs'
import path from 'node:path'
import { defaultEvidence, type EvidenceOptions } from '../compare/evidence.js'
import { mean, summarize } from '../compare/summary.js'
import type { Event } from '../events.js'
import { toFailure } from '../failure.js'
import type { SweepPlan } from '../plan/plan-sweep.js'
import { pairedDifferenceMessage } from '../protocol/paired-difference.js'
import type { RunResult } from '../protocol/result.js'
import { carryOutExperiment } from '../run/carry-out-experiment.js'
import type { CarryOutRunsOptions } from '../run/carry-out-runs.js'
import type { Executor } from '../run/executors/executor.js'
import { now } from '../run/folder/journal.js'
import { openQuietPool } from '../run/open-pool.js'
import { resumeExperiment } from '../run/resume-experiment.js'
import type { WorkerPool } from '../run/workers/pool.js'
import type { WarmWorkers } from '../run/workers/warm-workers.js'
import type { Experiment, Framework } from '../spec/schema.js'
import type { SweepEventOf } from './events.js'
import type { Gain, Sweep, SweepFinal } from './record.js'
import { trialExperiment } from './trial-experiment.js'

/** Comparison of the final, before it is carried out. */
interface PlannedComparison {
  readonly role: 'best' | 'default'
  readonly trial: number
  readonly frameworks: readonly Framework[]
  readonly experiment: Experiment
  readonly evidence: EvidenceOptions
}

export interface FinalOptions {
  readonly specification: Experiment
  readonly plan: SweepPlan
  /** Path of the sweep's folder, beside which those of the comparisons are made. */
  readonly sweepDirectory: string
  readonly workers: WarmWorkers
  readonly running: Omit<CarryOutRunsOptions, 'evidence' | 'workers' | 'executor' | 'startWorker'> & {
    readonly executor: Executor
  }
  readonly logFileOf: (framework: Framework, number: number) => string
  /** Comparisons of the final that an earlier process has begun. */
  readonly earlier: readonly SweepEventOf<'final-started'>[]
  readonly onEvent: (event: SweepEventOf<'final-started'> | SweepEventOf<'final-run'>) => void
  readonly signal: AbortSignal
}

type Results = readonly Extract<RunResult, { status: 'finished' }>[]

/**
 * Trains the best settings and the specification as it stands anew, over seeds that no trial has seen, and tests them. A
 * trial that was best by luck gains nothing here: selection saw neither these seeds nor the test images.
 */
export async function carryOutFinal(sweep: Sweep, options: FinalOptions): Promise<SweepFinal> {
  const { plan, specification, signal } = options
  const metric = specification.comparison.primaryMetric
  const comparisons: SweepFinal['comparisons'] = []
  const results = new Map<string, Results>()
  for (const planned of planFinal(sweep, options)) {
    const { role, trial, frameworks } = planned
    const { comparisonDirectory, runs } = await carryOutComparison(planned, options)
    comparisons.push({ role, trial, frameworks: [...frameworks], comparisonDirectory })
    for (const framework of frameworks)
      results.set(
        `${role} ${framework}`,
        runs.filter((run) => run.framework === framework),
      )
    signal.throwIfAborted()
  }
  const bests = bestOf(sweep)
  const values = (role: 'best' | 'default', framework: Framework): ReadonlyMap<number, number> => {
    const runs =
      results.get(`${role} ${framework}`) ??
      (bests.get(framework) === 0 ? results.get(`default ${framework}`) : [])
    return new Map(
      (runs ?? []).flatMap((run) => {
        const value = run.test[metric]
        return value === null ? [] : [[run.seed, value] as const]
      }),
    )
  }
  const { workers, logFileOf, running } = options
  const { executor } = running
  const pool = openQuietPool({ mode: specification.mode, logFileOf, signal, executor, workers })
  try {
    const gains: Gain[] = []
    for (const [framework, trial] of bests) {
      const [best, standing] = [values('best', framework), values('default', framework)]
      const difference = trial === 0 ? null : await pairedDifference(best, standing, { pool, framework })
      gains.push({
        framework,
        trial,
        best: summarize([...best.values()]),
        default: summarize([...standing.values()]),
        difference,
        verdict: verdictOf(trial, difference, isFalling(metric) ? -1 : 1),
      })
    }
    const two = plan.frameworks.length > 1 && bests.size > 1
    const difference = two
      ? await pairedDifference(values('best', 'tensorflow'), values('best', 'pytorch'), {
          pool,
          framework: 'pytorch',
        })
      : null
    return {
      metric,
      seeds: [...plan.finalSeeds],
      comparisons,
      gains,
      between: two ? { kind: isOneSpecification(sweep) ? 'comparison' : 'tuned', difference } : null,
    }
  } finally {
    await pool.stop()
  }
}

/** Gives the trial whose settings each framework is compared by: one for both where they tried the same values. */
function bestOf(sweep: Sweep): Map<Framework, number> {
  const { best, winner, frameworks } = sweep
  if (isOneSpecification(sweep) && winner !== null) return new Map(frameworks.map((name) => [name, winner]))
  return new Map(best.map(({ framework, trial }) => [framework, trial]))
}

/** Tells whether one trial's values are those that all frameworks are compared by. */
function isOneSpecification({ settings, winner }: Pick<Sweep, 'settings' | 'winner'>): boolean {
  return settings.search === 'paired' && winner !== null
}

function planFinal(sweep: Sweep, { specification, plan }: FinalOptions): PlannedComparison[] {
  const seeds = [...plan.finalSeeds]
  const noEvidence: EvidenceOptions = { replay: 'none', crossEvaluation: false }
  const bests = bestOf(sweep)
  const make = (
    role: 'best' | 'default',
    trial: number,
    frameworks: readonly Framework[],
  ): PlannedComparison => {
    const values =
      sweep.trials.find((each) => each.trial === trial && frameworks.includes(each.framework))?.values ?? {}
    const alone = frameworks.length < plan.frameworks.length ? `-${frameworks.join('-')}` : ''
    // The end tells the comparisons of a final apart, and stays whole.
    const end = `-${role}${alone}`
    const name = `${specification.name.slice(0, longestName - end.length)}${end}`
    return {
      ...{ role, trial, frameworks },
      experiment: trialExperiment(specification, values, { name, frameworks: [...frameworks], seeds }),
      evidence: role === 'best' && frameworks.length > 1 ? defaultEvidence : noEvidence,
    }
  }
  const tuned = isOneSpecification(sweep)
    ? [{ trial: sweep.winner ?? 0, frameworks: plan.frameworks }]
    : // Trials of two searches can have one number, and differ in their values.
      [...bests].map(([framework, trial]) => ({ trial, frameworks: [framework] }))
  return [
    ...tuned.filter(({ trial }) => trial > 0).map(({ trial, frameworks }) => make('best', trial, frameworks)),
    make('default', 0, plan.frameworks),
  ]
}

const longestName = 100

async function carryOutComparison(
  { experiment, evidence, role, trial, frameworks }: PlannedComparison,
  { sweepDirectory, workers, running, earlier, onEvent, signal }: FinalOptions,
): Promise<{ readonly comparisonDirectory: string; readonly runs: Results }> {
  let comparisonDirectory = ''
  let runs: Results = []
  const emit = (event: Event): void => {
    if (event.type === 'comparison-started') {
      comparisonDirectory = event.comparisonDirectory
      const begun = { role, trial, frameworks: [...frameworks], comparisonDirectory }
      onEvent({ type: 'final-started', time: now(), ...begun, seeds: [...experiment.seeds] })
    }
    if (event.type === 'run-finished' || event.type === 'run-failed') {
      const { framework, seed } = event
      const status = event.type === 'run-finished' ? 'finished' : event.status
      if (!event.repeat) onEvent({ type: 'final-run', time: now(), role, framework, seed, status })
    }
    if (event.type === 'comparison-finished')
      runs = event.comparison.runs.filter((run) => run.status === 'finished')
  }
  const begun = earlier.findLast(
    (each) => each.role === role && each.trial === trial && each.frameworks.join() === frameworks.join(),
  )
  if (begun && existsSync(begun.comparisonDirectory)) {
    comparisonDirectory = begun.comparisonDirectory
    await resumeExperiment(comparisonDirectory, { ...running, evidence: {}, workers }, emit, signal)
  } else {
    const place = { runsDirectory: path.dirname(sweepDirectory), sweep: path.basename(sweepDirectory) }
    await carryOutExperiment(experiment, { ...running, ...place, evidence, workers }, emit, signal)
  }
  return { comparisonDirectory, runs }
}

const level = 0.95

function isFalling(metric: SweepFinal['metric']): boolean {
  return metric === 'loss' || metric === 'calibrationError'
}

/** Estimates one sample minus the other, paired by seed; `null` without a pair. What SciPy can't say is left out. */
async function pairedDifference(
  one: ReadonlyMap<number, number>,
  other: ReadonlyMap<number, number>,
  { pool, framework }: { readonly pool: WorkerPool; readonly framework: Framework },
): Promise<Gain['difference']> {
  const seeds = [...one.keys()].filter((seed) => other.has(seed))
  if (seeds.length === 0) return null
  // The message names its two samples after the frameworks; the test is of any two that are paired.
  const request = {
    tensorflow: seeds.map((seed) => one.get(seed) ?? 0),
    pytorch: seeds.map((seed) => other.get(seed) ?? 0),
    level,
  }
  try {
    return { ...(await pool.askFramework(framework, pairedDifferenceMessage, request)), pairs: seeds.length }
  } catch (error) {
    if (toFailure(error).code === 'CANCELLED') throw error
    const differences = seeds.map(
      (_, index) => (request.tensorflow[index] ?? 0) - (request.pytorch[index] ?? 0),
    )
    return { pairs: seeds.length, mean: mean(differences), interval: null, level: null, pValue: null }
  }
}

const significance = 0.05

/** Says whether a gain is more than the noise of the seeds. Each framework's gain is a question of its own. */
function verdictOf(trial: number, difference: Gain['difference'], sign: 1 | -1): Gain['verdict'] {
  if (trial === 0) return 'same'
  if (difference?.pValue == null || difference.pValue >= significance) return 'undecided'
  return difference.mean * sign > 0 ? 'better' : 'worse'
}
