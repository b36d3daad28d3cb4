import { findBackbone } from '../backbones.js'
import { TwintuneError } from '../failure.js'
import type { Perturbation } from '../protocol/perturbation.js'
import type { Phase } from '../spec/training-schema.js'

/** Part of an experiment that decides whether a planted difference shows. */
interface Recorded {
  readonly model: { readonly backbone: string }
  readonly training: { readonly phases: readonly Phase[]; readonly precision: string }
}

/**
 * Refuses a planted difference that can show in none of the recordings. A difference whose effect depends on the images
 * is left to Python.
 *
 * @param perturbation - Name of the difference to plant.
 * @param recorded - Experiments that are recorded, each of one phase.
 * @throws TwintuneError PERTURBATION_WITHOUT_EFFECT, with the reason.
 */
export function checkPerturbation(perturbation: Perturbation, recorded: readonly Recorded[]): void {
  const obstacles = recorded.map((experiment) => obstacleTo(perturbation, experiment))
  const [first] = obstacles
  if (!first || obstacles.includes(null)) return
  throw new TwintuneError({
    code: 'PERTURBATION_WITHOUT_EFFECT',
    message: `The perturbation ${perturbation} has no effect: ${first.reason}.`,
    hint: first.hint,
  })
}

interface Obstacle {
  readonly reason: string
  readonly hint: string
}

function obstacleTo(perturbation: Perturbation, { model, training }: Recorded): Obstacle | null {
  const [phase] = training.phases
  const optimizer = phase?.optimizer.name
  if (perturbation === 'adam-epsilon' && optimizer !== 'adam' && optimizer !== 'adamw')
    return {
      reason: `the first phase's optimizer is ${optimizer}`,
      hint: 'Give adam or adamw as training.phases[0].optimizer.',
    }
  if (perturbation === 'tf32' && training.precision !== 'float32')
    return {
      reason: 'TensorFloat-32 rounds in float32 alone',
      hint: 'Give float32 as training.precision.',
    }
  if (!perturbation.startsWith('bn-')) return null
  if (!findBackbone(model.backbone)?.aligned?.batchNorm)
    return {
      reason: `${model.backbone} has no BatchNorm layers`,
      hint: 'Give another model.backbone.',
    }
  if (perturbation === 'bn-momentum' && phase?.batchNorm === 'inference')
    return {
      reason: 'with BatchNorm in inference mode nothing moves its running statistics',
      hint: 'Leave out --phase-only, or give adapt or train as training.phases[0].batchNorm.',
    }
  return null
}
