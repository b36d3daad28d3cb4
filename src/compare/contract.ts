import type { Facts, RunResult } from '../protocol/result.js'
import type { ContractRow } from './comparison.js'
import { sameMeaning } from './same-meaning.js'

/** What the two frameworks' runs of one seed read back from their live objects. */
interface FactsPair {
  readonly seed: number
  readonly tensorflow: Facts
  readonly pytorch: Facts
}

/** Something that two runs may share. Values of a hash are the same or they aren't. */
interface Ingredient {
  readonly name: string
  readonly kind: 'hash' | 'text'
  /** The whole of it, by which two runs are compared; the evidence shows its hashes in short. */
  readonly read: (facts: Facts) => string
}

const ingredients: readonly Ingredient[] = [
  { name: 'weights', kind: 'hash', read: (facts) => facts.weights },
  {
    name: 'architecture',
    kind: 'hash',
    read: (facts) => `${facts.parameters} parameters, ${facts.architecture}`,
  },
  { name: 'split', kind: 'hash', read: (facts) => facts.split },
  { name: 'augmentation', kind: 'text', read: (facts) => facts.augmentation },
  { name: 'pixels', kind: 'hash', read: (facts) => facts.pixels },
  { name: 'batch order', kind: 'hash', read: (facts) => facts.batchOrder },
  { name: 'head init', kind: 'hash', read: (facts) => facts.headInit },
  { name: 'loss', kind: 'text', read: (facts) => facts.loss.join(' | ') },
  { name: 'optimizer', kind: 'text', read: (facts) => facts.optimizer.join(' | ') },
  { name: 'schedule', kind: 'hash', read: (facts) => facts.schedule },
  { name: 'batch norm', kind: 'text', read: (facts) => facts.batchNorm.join(' | ') },
  { name: 'precision', kind: 'text', read: (facts) => facts.precision },
  { name: 'device', kind: 'text', read: (facts) => facts.device },
  { name: 'deterministic', kind: 'text', read: (facts) => (facts.deterministic ? 'on' : 'off') },
  { name: 'threads', kind: 'text', read: (facts) => facts.threads },
]

/**
 * The fairness contract: of each ingredient, whether the two frameworks had the same, over all seeds that both
 * finished. It rests on the facts that the runs report, never on what the specification asked for.
 */
export function fairnessContract(results: readonly RunResult[]): ContractRow[] {
  const pairs = pairFacts(results)
  if (pairs.length === 0) return []
  return ingredients.map((ingredient) => contractRow(ingredient, pairs))
}

// The worst seed decides, and it is the one whose values are shown.
function contractRow({ name, kind, read }: Ingredient, pairs: readonly FactsPair[]): ContractRow {
  const values = pairs.map(({ seed, tensorflow, pytorch }) => ({
    seed,
    tensorflow: read(tensorflow),
    pytorch: read(pytorch),
  }))
  const unequal = values.filter(({ tensorflow, pytorch }) => tensorflow !== pytorch)
  const different = unequal.find(
    ({ tensorflow, pytorch }) => kind === 'hash' || !sameMeaning(tensorflow, pytorch),
  )
  const shown = different ?? unequal[0]
  if (shown === undefined) {
    return { ingredient: name, state: 'identical', evidence: sharedEvidence(values) }
  }
  const where = pairs.length > 1 ? ` (seed ${shown.seed})` : ''
  return {
    ingredient: name,
    state: different === undefined ? 'equivalent' : 'different',
    evidence: `tensorflow: ${shortened(shown.tensorflow)}; pytorch: ${shortened(shown.pytorch)}${where}`,
  }
}

const seedsShown = 3

// One value where it is the same in all seeds, else the values of the first few.
function sharedEvidence(values: readonly { readonly seed: number; readonly tensorflow: string }[]): string {
  const [common = '', ...others] = new Set(values.map((value) => value.tensorflow))
  if (others.length === 0)
    return values.length > 1 ? `${shortened(common)} in all ${values.length} seeds` : shortened(common)
  const shown = values
    .slice(0, seedsShown)
    .map((value) => `${shortened(value.tensorflow)} (seed ${value.seed})`)
  const hidden = values.length - shown.length
  return shown.join(', ') + (hidden > 0 ? `, and ${hidden} more` : '')
}

function pairFacts(results: readonly RunResult[]): FactsPair[] {
  const factsOf = (framework: RunResult['framework'], seed: number) =>
    results.find((result) => result.framework === framework && result.seed === seed)?.facts ?? null
  return [...new Set(results.map((result) => result.seed))]
    .toSorted((a, b) => a - b)
    .flatMap((seed) => {
      const tensorflow = factsOf('tensorflow', seed)
      const pytorch = factsOf('pytorch', seed)
      return tensorflow && pytorch ? [{ seed, tensorflow, pytorch }] : []
    })
}

// Twelve digits are enough for people to recognize a hash by; result.json has them whole.
function shortened(text: string): string {
  return text.replaceAll(/\b[0-9a-f]{64}\b/g, (hash) => `sha256 ${hash.slice(0, 12)}`)
}
