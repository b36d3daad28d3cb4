import * as z from 'zod'
import type { NamedParameter } from '../plan/plan-sweep.js'
import { endsOf } from '../plan/sweep-values.js'
import type { Experiment } from '../spec/schema.js'
import { setValues } from '../spec/sweep-probes.js'

/** Counts the epochs of the longest trial: the number of epochs may be a parameter itself. */
export function mostEpochs(specification: Experiment, parameters: readonly NamedParameter[]): number {
  const longest = parameters.reduce<unknown>((spec, { name, parameter }) => {
    const values = 'choice' in parameter ? parameter.choice : endsOf(parameter)
    const specs = values.map((value) => setValues(spec, [{ name, value }]))
    return specs
      .map((tried) => ('spec' in tried ? tried.spec : spec))
      .reduce((one, other) => (epochsOf(other) > epochsOf(one) ? other : one), spec)
  }, specification)
  return epochsOf(longest)
}

const epochs = z.number().catch(0)
const trainingSchema = z.object({
  phases: z.array(z.object({ epochs })).catch([]),
  fineTune: z.object({ freezeEpochs: epochs, epochs }).optional().catch(undefined),
})

// A value that fits no option has none: its trial fails by itself.
function epochsOf(spec: unknown): number {
  const { data } = z.object({ training: trainingSchema }).safeParse(spec)
  const { phases = [], fineTune } = data?.training ?? {}
  if (fineTune) return fineTune.freezeEpochs + fineTune.epochs
  return phases.reduce((sum, phase) => sum + phase.epochs, 0)
}
