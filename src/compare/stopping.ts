import type { EpochRecord, FinishedRun, RunResult } from '../protocol/result.js'
import type { Experiment } from '../spec/schema.js'
import type { Phase } from '../spec/training-schema.js'
import type { ContractRow } from './comparison.js'
import { pairsOfFrameworks } from './pairs.js'
import { type Finding, rowOf } from './worst-finding.js'

/** Part of an experiment that says when a phase ends. */
export interface StoppingRules extends Pick<Experiment['training'], 'earlyStopping'> {
  readonly phases: readonly Phase[]
}
type Rule = NonNullable<Experiment['training']['earlyStopping']>

/**
 * Judges whether each phase ended where its own validations say, and with the weights of the epoch that they say: early
 * stopping is arithmetic on recorded numbers, so that anyone can do it again. There is no row without a pair.
 */
export function stoppingRow(
  { phases, earlyStopping }: StoppingRules,
  results: readonly RunResult[],
): readonly ContractRow[] {
  const runs = pairsOfFrameworks(results).flat()
  const findings = runs.flatMap((run) =>
    phases.flatMap((phase, index) => findingOf(run, index + 1, phase, earlyStopping)),
  )
  return findings.length === 0 ? [] : [rowOf('stopping', findings)]
}

function findingOf(run: FinishedRun, number: number, phase: Phase, rule: Rule | undefined): Finding[] {
  const epochs = run.epochs.filter((record) => record.phase === number)
  const told = run.facts.phases[number - 1]
  if (told === undefined) return []
  const due = endOf(phase, epochs, rule)
  const isRight = epochs.length === due.epochs && told.weightsOf === due.weightsOf
  return [
    {
      seed: run.seed,
      difference: isRight ? 0 : Number.POSITIVE_INFINITY,
      bound: 0,
      evidence: `phase ${number} of ${run.framework}: ${describe(epochs.length, told.weightsOf)}${isRight ? ', as its validations say' : `; its validations say ${describe(due.epochs, due.weightsOf)}`}`,
    },
  ]
}

function describe(epochs: number, weightsOf: number): string {
  return `${epochs} epochs, and the weights of epoch ${weightsOf}`
}

/** End of a phase by its validations: how many epochs it has, and whose weights it ends with. */
function endOf(
  { epochs: planned }: Phase,
  epochs: readonly EpochRecord[],
  rule: Rule | undefined,
): { readonly epochs: number; readonly weightsOf: number } {
  if (rule === undefined) return { epochs: planned, weightsOf: planned }
  const { monitor, mode, patience, minDelta, restoreBest } = rule
  const isLower = mode === 'min' || (mode === 'auto' && monitor === 'loss')
  let best = { epoch: 0, value: Number.POSITIVE_INFINITY }
  let ended = planned
  for (const [index, { validation }] of epochs.entries()) {
    const epoch = index + 1
    if (validation === null) continue
    const value = isLower ? validation[monitor] : -validation[monitor]
    if (best.epoch === 0 || best.value - value > minDelta) best = { epoch, value }
    else if (epoch - best.epoch >= patience) {
      ended = epoch
      break
    }
  }
  return { epochs: ended, weightsOf: restoreBest && best.epoch > 0 ? best.epoch : ended }
}
