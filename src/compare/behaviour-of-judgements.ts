import type { CrossEvaluation, ReplayedStep } from '../protocol/judge-run.js'
import {
  type EvaluationMetrics,
  evaluationMetricsSchema,
  type FinishedRun,
  type RunResult,
} from '../protocol/result.js'
import type { Framework } from '../spec/schema.js'
import type { ContractRow } from './comparison.js'
import type { Judgement } from './judgement.js'
import { type Pair, pairsOfFrameworks } from './pairs.js'
import { type Finding, rowOf } from './worst-finding.js'

// Rows of the contract that rest on what the other framework did again.

/** Finds how far the losses of each phase's first step lie apart, when both frameworks take it from the same state. */
export function firstStepsOf(judgements: readonly Judgement[]): Finding[] {
  return judgements.flatMap((judgement) =>
    judgement.steps
      .filter(({ epoch, step }) => epoch === 1 && step === 1)
      .map((step): Finding => {
        const [own, again] = step.losses
        const { seed, judged, judge } = judgement
        return {
          seed,
          difference: Math.abs(own - again),
          bound: step.lossBound,
          evidence: `phase ${step.phase}, first step: loss ${own} in ${judged}, ${again} in ${judge} from the same state; update ${step.updates[0].toPrecision(7)} and ${step.updates[1].toPrecision(7)}`,
        }
      }),
  )
}

/** Whether all that was compared of a step that was taken again is within rounding. */
export function isWithinRounding({
  losses,
  lossBound,
  right,
  rightBound,
  inputs,
  inputsBound,
  worst,
}: ReplayedStep): boolean {
  const isLossAlike =
    Math.abs(losses[0] - losses[1]) <= lossBound && Math.abs(right[0] - right[1]) <= rightBound
  return worst.difference <= worst.bound && isLossAlike && (inputs === null || inputs <= inputsBound)
}

/** Row of the steps that the other framework took from the same states. */
export function replayRow(judgements: readonly Judgement[], results: readonly RunResult[]): ContractRow {
  const findings = judgements.flatMap((judgement) =>
    judgement.steps.flatMap((step) => findingsOf(judgement, step)),
  )
  const replayed = judgements.filter(({ steps }) => steps.length > 0)
  const pairs = pairsOfFrameworks(results)
  const missing = [
    ...withoutOpposite(replayed, new Set(replayed.map(({ seed }) => seed))),
    ...pairs.flat().flatMap((run) => stepsLeftOut(run, judgements)),
    ...pairs.flatMap(stepsOfOneAlone),
    ...vagueSteps(replayed),
  ]
  const row = rowOf('replayed steps', findings, 'No step was taken again.', missing)
  return { ...row, evidence: row.evidence + describeCount(replayed) + describeLoose(replayed) }
}

function judgedRun({ seed, judged }: Pick<Judgement, 'seed' | 'judged'>, results: readonly RunResult[]) {
  return results.find((result) => result.framework === judged && result.seed === seed && !result.repeat)
}

/** Number of steps that a run kept for the other framework to take again. */
export function keptStepsOf({ facts }: FinishedRun): number {
  return facts.phases.reduce((sum, { keptSteps }) => sum + keptSteps, 0)
}

function stepsLeftOut(run: FinishedRun, judgements: readonly Judgement[]): string[] {
  const { framework, seed } = run
  const judgement = judgements.find((each) => each.judged === framework && each.seed === seed)
  const left = keptStepsOf(run) - (judgement?.steps.length ?? 0)
  return left > 0 ? [`${countOf(left, 'kept step')} of ${framework} seed ${seed}`] : []
}

// Both runs of a seed choose their steps by one rule, as long as early stopping leaves both the same epochs.
function stepsOfOneAlone([tensorflow, pytorch]: Pair): string[] {
  return tensorflow.facts.phases.flatMap((ours, index) => {
    const theirs = pytorch.facts.phases[index]
    if (theirs === undefined || ours.epochs !== theirs.epochs || ours.keptSteps === theirs.keptSteps)
      return []
    const [fewer, count] =
      ours.keptSteps < theirs.keptSteps
        ? (['tensorflow', theirs.keptSteps - ours.keptSteps] as const)
        : (['pytorch', ours.keptSteps - theirs.keptSteps] as const)
    return [`${countOf(count, 'step')} of ${fewer} seed ${tensorflow.seed} that the other framework kept`]
  })
}

// Where rounding explains most of what a step did, its replay says nothing.
function vagueSteps(judgements: readonly Judgement[]): string[] {
  const vague = judgements.flatMap(({ steps }) => steps).filter(({ loose, tensors }) => loose > tensors / 2)
  return vague.length === 0
    ? []
    : [`most tensors of ${countOf(vague.length, 'step')}, which rounding moves as far`]
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

// A single step that was taken again says less than forty.
function describeCount(judgements: readonly Judgement[]): string {
  const count = judgements.reduce((sum, { steps }) => sum + steps.length, 0)
  if (count === 0) return ''
  const seeds = [...new Set(judgements.map(({ seed }) => seed))].join(', ')
  return `; ${countOf(count, 'step')} of seed ${seeds} ${count === 1 ? 'was' : 'were'} taken again`
}

// Gradients that are nothing but rounding can't be held to anything, and a reader should know how many there are.
function describeLoose(judgements: readonly Judgement[]): string {
  const [loosest] = judgements.flatMap(({ steps }) => steps).toSorted((a, b) => b.loose - a.loose)
  if (loosest === undefined || loosest.loose === 0) return ''
  return `; ${loosest.loose} of the ${loosest.tensors} tensors of a step are known to no better than 30% of their change`
}

/** Row of the steps that both frameworks took in float64 from the same states; none where they weren't asked to. */
export function exactReplayRows(judgements: readonly Judgement[]): ContractRow[] {
  const findings = judgements.flatMap((judgement) =>
    judgement.stepsInFloat64.flatMap((step) => findingsOf(judgement, step)),
  )
  return findings.length === 0 ? [] : [rowOf('replayed steps in float64', findings)]
}

/** Row of the models that the other framework tested. */
export function crossEvaluationRow(
  judgements: readonly Judgement[],
  results: readonly RunResult[],
): ContractRow {
  const findings = judgements.flatMap(({ seed, judged, judge, evaluation }): Finding[] => {
    if (evaluation === null) return []
    const run = judgedRun({ seed, judged }, results)
    const { difference, bound, different, ties, metrics, images } = evaluation
    const changed = different.length - ties.length
    const answers =
      different.length === 0
        ? 'the same answers'
        : `${different.length} other answers, ${ties.length} of them ties within rounding`
    return [
      ...(run?.test ? metricsOf(run.test, evaluation, { seed, judged, judge }) : []),
      ...(run?.status === 'finished' ? validationOf(run, evaluation, judge) : []),
      lossesOf(evaluation, { seed, judged, judge }),
      ...detailsOf(evaluation, { seed, judged }),
      {
        seed,
        difference: changed > 0 ? Math.max(difference, Number.MAX_VALUE) : difference,
        bound,
        evidence: `${judge} tests ${judged}'s model on ${images} images: logits differ by ${share(difference)}, ${answers}; accuracy ${metrics[0]?.accuracy} and ${metrics[1]?.accuracy}`,
      },
    ]
  })
  const tested = judgements.filter(({ evaluation }) => evaluation !== null)
  const seeds = new Set(tested.length > 0 ? pairsOfFrameworks(results).map(([{ seed }]) => seed) : [])
  const missing = withoutOpposite(tested, seeds)
  return rowOf('cross-evaluation', findings, 'No model was tested by the other framework.', missing)
}

// Runs of some seeds that no judgement is of, though others are judged.
function withoutOpposite(judgements: readonly Judgement[], seeds: ReadonlySet<number>): string[] {
  return [...seeds].flatMap((seed) =>
    (['tensorflow', 'pytorch'] as const)
      .filter((framework) => !judgements.some((each) => each.seed === seed && each.judged === framework))
      .map((framework) => `${framework} seed ${seed}`),
  )
}

type Parties = Pick<Judgement, 'seed' | 'judged' | 'judge'>

// Metrics are computed from logits by the same code in both frameworks, so that two processes come to the same.
function metricsOf(
  test: EvaluationMetrics,
  { metrics: [kept] }: CrossEvaluation,
  { seed, judged, judge }: Parties,
) {
  return evaluationMetricsSchema.keyof().options.map((name): Finding => {
    const values = [test[name], kept?.[name] ?? null] as const
    return {
      seed,
      difference: gapOf(values),
      bound: 1e-9 * Math.max(1, values[0] ?? 0),
      evidence: `${name} of the logits that ${judged} kept, as it reported them and as ${judge} computes them: ${values[0]} and ${values[1]}`,
    }
  })
}

function detailsOf({ misreported }: CrossEvaluation, { seed, judged }: Omit<Parties, 'judge'>): Finding[] {
  if (misreported.length === 0) return []
  const evidence = `files of ${judged} say something else than its logits, images and specification: ${misreported.join(', ')}`
  return [{ seed, difference: misreported.length, bound: 0, evidence }]
}

// In half precision logits may differ so far that only the mean over many images says something.
function lossesOf({ metrics, lossBound }: CrossEvaluation, { seed, judged, judge }: Parties): Finding {
  const losses = [metrics[0]?.loss ?? null, metrics[1]?.loss ?? null] as const
  return {
    seed,
    difference: gapOf(losses),
    bound: lossBound,
    evidence: `${judge} tests ${judged}'s model: loss ${losses[1]}, where ${judged}'s own is ${losses[0]}`,
  }
}

// The run's last phase ends with the weights of one of its epochs, which are those of the model.
function validationOf(run: FinishedRun, evaluation: CrossEvaluation, judge: Framework): Finding[] {
  const { validation, validationTies, lossBound } = evaluation
  const { length: phase } = run.facts.phases
  const ended = run.facts.phases.at(-1)?.weightsOf
  const recorded = run.epochs.find((record) => record.phase === phase && record.epoch === ended)?.validation
  const validated = run.facts.images.at(-1)?.validated
  if (validation === null || !recorded || !validated) return []
  const what = `of ${run.framework}'s model on the validation images, as it recorded it after epoch ${ended} of its last phase and as ${judge} finds it`
  return [
    {
      seed: run.seed,
      difference: Math.abs(recorded.loss - validation.loss),
      bound: lossBound,
      evidence: `loss ${what}: ${recorded.loss} and ${validation.loss}`,
    },
    {
      seed: run.seed,
      difference: Math.abs(recorded.accuracy - validation.accuracy),
      bound: validationTies / validated + 1e-12,
      evidence: `accuracy ${what}: ${recorded.accuracy} and ${validation.accuracy}`,
    },
  ]
}

function gapOf([one, other]: readonly [number | null, number | null]): number {
  if (one === null && other === null) return 0
  return one === null || other === null ? Number.POSITIVE_INFINITY : Math.abs(one - other)
}

function findingsOf({ seed, judged, judge }: Judgement, step: ReplayedStep): Finding[] {
  const { phase, epoch, losses, lossBound, right, rightBound, inputs, inputsBound, worst } = step
  const where = `phase ${phase}, epoch ${epoch}, step ${step.step} of ${judged}, taken again by ${judge}`
  const findings = [
    {
      seed,
      difference: worst.difference,
      bound: worst.bound,
      evidence: `${where}: ${describeWorst(worst)}`,
    },
    {
      seed,
      difference: Math.abs(losses[0] - losses[1]),
      bound: lossBound,
      evidence: `${where}: loss ${losses[0]} and ${losses[1]}`,
    },
    {
      seed,
      difference: Math.abs(right[0] - right[1]),
      bound: rightBound,
      evidence: `${where}: ${right[0]} and ${right[1]} right answers`,
    },
  ]
  if (inputs === null) return findings
  const ofInputs = {
    seed,
    difference: inputs,
    bound: inputsBound,
    evidence: `${where}: its inputs differ by ${share(inputs)}`,
  }
  return [ofInputs, ...findings]
}

function describeWorst({ tensor, difference, bound, measure }: ReplayedStep['worst']): string {
  const explained = `where rounding explains ${share(bound)}`
  if (measure === 'count') return `${tensor} is off by ${difference}`
  if (measure === 'norm')
    return `the two changes of ${tensor} differ in length by ${share(difference)} of the longer one, ${explained}`
  if (measure === 'gradient')
    return `the gradients of ${tensor} differ in length by ${share(difference)} of the longer one, ${explained}`
  return `${tensor} differs by ${share(difference)} of its change, ${explained}`
}

function share(value: number): string {
  return value === 0 ? '0' : value.toExponential(1)
}
