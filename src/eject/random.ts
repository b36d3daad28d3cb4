import type { ScriptPlan } from './plan.js'
import { py } from './python-text.js'

/** Purposes that a script draws random numbers for, by the seed that they have. */
type SeedPurpose = 'init' | 'order' | 'augmentation'

/** Writes the function that makes a generator of random numbers for a purpose. */
export function randomSection(plan: ScriptPlan): string {
  return py`
    def draws(${hasOneSeed(plan) ? '' : 'seed: int, '}*purpose: str | int) -> np.random.Generator:
        """A generator of random numbers for one purpose, such as the order of one epoch.

        Each purpose has a generator of its own, named by a hash. So what one part of the script draws moves nothing that
        another part draws, and a script for another framework draws the same numbers.
        """
        name = hashlib.sha256(repr((${hasOneSeed(plan) ? 'SEED' : 'seed'}, *purpose)).encode()).digest()
        return np.random.Generator(np.random.PCG64(int.from_bytes(name[:16], "little")))`
}

/** Writes a call of the generator for a purpose. */
export function draws(plan: ScriptPlan, seed: SeedPurpose, ...purpose: readonly string[]): string {
  return `draws(${[...(hasOneSeed(plan) ? [] : [seedName(plan, seed)]), ...purpose].join(', ')})`
}

/** Name of the constant that holds the seed of a purpose. */
export function seedName({ settings: { seeds }, seed }: ScriptPlan, purpose: SeedPurpose): string {
  return seeds[purpose] === seed ? 'SEED' : `${purpose.toUpperCase()}_SEED`
}

function hasOneSeed({ settings: { seeds }, seed }: ScriptPlan): boolean {
  return [seeds.init, seeds.order, seeds.augmentation].every((each) => each === seed)
}
