import type { FinishedRun, RunResult } from '../protocol/result.js'
import { frameworkSchema } from '../spec/schema.js'
import type { ContractRow } from './comparison.js'
import { pairsOfFrameworks } from './pairs.js'

/** Weights of an epoch that a run went back to, and the validation loss that it measured with them, twice. */
interface Restoration {
  readonly run: FinishedRun
  /** Number of the phase, from 1. */
  readonly phase: number
  readonly epoch: number
  readonly recorded: number
  readonly measured: number
  /** Difference of the two losses over the largest that rounding may leave; more than 1 is more than rounding. */
  readonly excess: number
}

/**
 * Judges whether the weights that phases went back to are those of the epoch that the runs name: each framework's
 * validation loss must be the one that it recorded after that epoch. There is no row where no phase went back.
 */
export function restoredWeightsRow(results: readonly RunResult[]): readonly ContractRow[] {
  const pairs = pairsOfFrameworks(results)
  const all = pairs.flat().flatMap(restorations)
  if (all.length === 0) return []
  const excess = Math.max(...all.map((restoration) => restoration.excess))
  const evidence = frameworkSchema.options.map((framework) => {
    const [first, ...others] = all.filter(({ run }) => run.framework === framework)
    if (first === undefined) return `${framework}: nothing was restored`
    const worst = others.reduce((one, other) => (other.excess > one.excess ? other : one), first)
    return `${framework}: ${describe(worst)}${pairs.length > 1 ? ` (seed ${worst.run.seed})` : ''}`
  })
  return [
    {
      ingredient: 'restored weights',
      state: excess > 1 ? 'different' : excess > 0 ? 'equivalent' : 'identical',
      evidence: evidence.join('; '),
    },
  ]
}

/** Share of a loss, or of 1 where that is larger, that is left between two validations in one process. */
const leftInOneProcess = 1e-3

function restorations(run: FinishedRun): Restoration[] {
  const tolerance = run.facts.tolerances?.loss
  if (tolerance === undefined) return []
  return run.facts.phases.flatMap(({ restored, weightsOf }, index) => {
    if (restored === null) return []
    const { recorded, measured, inOneProcess } = restored
    // A process that a run was resumed in may choose other kernels, whose rounding is that between two frameworks.
    const share = inOneProcess ? Math.min(tolerance, leftInOneProcess) : tolerance
    const excess = Math.abs(measured - recorded) / (share * Math.max(1, recorded))
    return [{ run, phase: index + 1, epoch: weightsOf, recorded, measured, excess }]
  })
}

function describe({ phase, epoch, recorded, measured }: Restoration): string {
  const [before, again] = [recorded, measured].map((loss) => Number(loss.toPrecision(9)))
  return `validation loss of phase ${phase}, epoch ${epoch} was ${before}, and again ${again}`
}
