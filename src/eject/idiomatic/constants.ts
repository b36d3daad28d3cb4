import { dataConstants, phaseConstants, seedConstants } from '../aligned/constants.js'
import type { ScriptPlan } from '../plan.js'
import { joinLines, literal, py } from '../python-text.js'

/** Writes the constants of a script in idiomatic mode. */
export function idiomaticConstants(plan: ScriptPlan): string {
  const { model, training } = plan.settings
  const { hidden, dropout } = model.head
  const choices = joinLines(
    hidden.length > 0 && `HIDDEN = ${literal(hidden)}`,
    hidden.length > 0 && dropout > 0 && `DROPOUT = ${literal(dropout)}`,
    `OUTPUT = HERE / "model_${plan.framework}.safetensors"`,
  )
  return py`
    ${dataConstants(plan)}

    # The model.
    ${choices}

    # The training.
    ${seedConstants(plan)}
    BATCH_SIZE = ${literal(training.batchSize)}
    ${joinLines(...plan.phases.flatMap((phase) => phaseConstants(plan, phase)))}`
}
