import type { ScriptPlan } from '../plan.js'
import { py } from '../python-text.js'
import { dropsUnits } from './training-loop.js'

type Activation = ScriptPlan['settings']['model']['head']['activation']

/** Writes the hidden layers of a head, and its last one. */
export function hiddenLayers(
  plan: ScriptPlan,
  functions: Readonly<Record<Activation, string>>,
  head: string,
): string {
  const drops = dropsUnits(plan)
  return py`
    x = features
    for ${drops ? 'index, layer in enumerate(' : 'layer in '}${head}[:-1]${drops ? ')' : ''}:
        x = ${functions[plan.settings.model.head.activation]}(layer(x))
        ${drops && 'x = x * masks[index] if masks else x'}
    return ${head}[-1](x)`
}
