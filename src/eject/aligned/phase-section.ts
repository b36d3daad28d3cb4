import { hasValidation } from '../data.js'
import type { PlannedPhase, ScriptPlan } from '../plan.js'
import { py } from '../python-text.js'
import { heading } from '../section.js'
import { describePhase } from './phases.js'
import { ratesOf } from './schedules.js'
import { epochLoop, hasRates, type LoopParts } from './training-loop.js'

/**
 * Writes the training of a phase.
 *
 * @param optimizer - Lines that choose what trains, and set `optimizer`.
 */
export function phaseSection(
  plan: ScriptPlan,
  planned: PlannedPhase,
  parts: LoopParts,
  optimizer: string,
): string {
  const { prefix, input, number } = planned
  const previous = plan.phases[number - 2]
  const splits = `(train, ${hasValidation(plan) ? 'validation, ' : ''}test)`
  return py`
    ${heading(describePhase(plan, planned))}

    ${
      input === 'features' &&
      previous?.input !== 'features' &&
      py`
      # The backbone is frozen and sees the same images in every epoch, so it runs once.
      for split in ${splits}:
          split.features = extract_features(split)`
    }
    ${
      input === 'pixels' &&
      previous?.input === 'features' &&
      py`
      # The backbone changes from here on: what it made of the images is of no more use.
      for split in ${splits}:
          split.features = None`
    }
    ${optimizer}
    ${hasRates(plan) && ratesOf(planned)}
    ${
      plan.phases.length === 1
        ? epochLoop(plan, parts, { epochs: 'EPOCHS' })
        : `train_phase(${prefix}EPOCHS, ${hasRates(plan) ? 'rates, ' : ''}optimizer)`
    }`
}
