import type { Facts, TrainedPhase } from '../protocol/facts.js'
import type { RunResult } from '../protocol/result.js'
import type { ContractRow } from './comparison.js'
import { type Ingredient, ingredients } from './ingredients.js'
import { pairsOfFrameworks } from './pairs.js'
import { restoredWeightsRow } from './restored-weights.js'
import { sameMeaning } from './same-meaning.js'

/** Facts that the two frameworks' runs of one seed read back from their live objects. */
interface FactsPair {
  readonly seed: number
  readonly tensorflow: Facts
  readonly pytorch: Facts
}

/** Sign between the parts of a value that has one for each phase. */
const phaseSeparator = ' | '

/** State of an ingredient in the runs of one seed. */
interface Finding {
  readonly seed: number
  readonly state: ContractRow['state']
  readonly tensorflow: string
  readonly pytorch: string
  /** Part of the training that the values are about, where it isn't the whole; else empty. */
  readonly extent: string
}

/**
 * Draws up the fairness contract: for each ingredient, whether the two frameworks had the same, over all seeds that both
 * finished. It rests on the facts that the runs report, never on what the specification asked for.
 *
 * Values that grow with every epoch are compared over the epochs that both trained; the row `epochs` says whether these
 * were all. What only shows within a run, whether its restored weights are those of their epoch, is a row of its own.
 */
export function fairnessContract(results: readonly RunResult[]): ContractRow[] {
  const pairs = pairFacts(results)
  if (pairs.length === 0) return []
  return [...ingredients.map((ingredient) => contractRow(ingredient, pairs)), ...restoredWeightsRow(results)]
}

// The worst seed decides, and its values are shown.
function contractRow(ingredient: Ingredient, pairs: readonly FactsPair[]): ContractRow {
  const findings = pairs.map((pair) => find(ingredient, pair))
  const shown =
    findings.find(({ state }) => state === 'different') ??
    findings.find(({ state }) => state === 'equivalent')
  if (shown === undefined) {
    return { ingredient: ingredient.name, state: 'identical', evidence: sharedEvidence(findings) }
  }
  const where = pairs.length > 1 ? ` (seed ${shown.seed})` : ''
  const values = `tensorflow: ${shortened(shown.tensorflow)}; pytorch: ${shortened(shown.pytorch)}`
  return { ingredient: ingredient.name, state: shown.state, evidence: values + shown.extent + where }
}

function find(ingredient: Ingredient, pair: FactsPair): Finding {
  if (ingredient.kind === 'epochs') return findByEpoch(ingredient.read, pair)
  const [tensorflow, pytorch] = [ingredient.read(pair.tensorflow), ingredient.read(pair.pytorch)]
  const meaning = ingredient.meaning ?? ingredient.read
  const isEquivalent =
    ingredient.kind === 'text' && sameMeaning(meaning(pair.tensorflow), meaning(pair.pytorch))
  const state = tensorflow === pytorch ? 'identical' : isEquivalent ? 'equivalent' : 'different'
  return { seed: pair.seed, state, ...firstDifference(tensorflow, pytorch) }
}

// Of values with a part for each phase, the first parts that differ are enough to see why.
function firstDifference(
  tensorflow: string,
  pytorch: string,
): Pick<Finding, 'tensorflow' | 'pytorch' | 'extent'> {
  const [ours, theirs] = [tensorflow.split(phaseSeparator), pytorch.split(phaseSeparator)]
  const phase = ours.findIndex((part, index) => part !== theirs[index])
  const [one, other] = [ours[phase], theirs[phase]]
  if (ours.length === 1 || ours.length !== theirs.length || one === undefined || other === undefined) {
    return { tensorflow, pytorch, extent: '' }
  }
  return { tensorflow: one, pytorch: other, extent: ` in phase ${phase + 1}` }
}

function findByEpoch(read: (facts: Facts) => readonly string[], pair: FactsPair): Finding {
  const { seed, tensorflow, pytorch } = pair
  const [ours, theirs] = [read(tensorflow), read(pytorch)]
  const common = commonEpochs(tensorflow.phases, pytorch.phases)
  const valuesAt = (index: number) => ({
    tensorflow: ours[index] ?? 'none',
    pytorch: theirs[index] ?? 'none',
  })
  for (let index = 0; index < common; index += 1) {
    if (ours[index] !== theirs[index]) {
      return { seed, state: 'different', ...valuesAt(index), extent: ` from epoch ${index + 1} on` }
    }
  }
  const isAll = ours.length === common && theirs.length === common
  const epochs = common === 1 ? 'the first epoch' : `the first ${common} epochs`
  const extent = isAll ? '' : ` over ${epochs}, which both trained`
  return { seed, state: 'identical', ...valuesAt(common - 1), extent }
}

// Epochs are counted over all phases, so that a phase which ended sooner on one side is the last that both have.
function commonEpochs(ours: readonly TrainedPhase[], theirs: readonly TrainedPhase[]): number {
  let common = 0
  for (const [index, { epochs }] of ours.entries()) {
    const others = theirs[index]?.epochs ?? 0
    common += Math.min(epochs, others)
    if (epochs !== others) break
  }
  return common
}

const seedsShown = 3

// A value that is the same in all seeds is shown once; else the values of the first few seeds are.
function sharedEvidence(findings: readonly Finding[]): string {
  const values = findings.map(({ tensorflow, extent }) => shortened(tensorflow) + extent)
  const [common = '', ...others] = new Set(values)
  if (others.length === 0) return values.length > 1 ? `${common} in all ${values.length} seeds` : common
  const shown = values.slice(0, seedsShown).map((value, index) => `${value} (seed ${findings[index]?.seed})`)
  const hidden = values.length - shown.length
  return shown.join(', ') + (hidden > 0 ? `, and ${hidden} more` : '')
}

function pairFacts(results: readonly RunResult[]): FactsPair[] {
  return pairsOfFrameworks(results).map(([tensorflow, pytorch]) => ({
    seed: tensorflow.seed,
    tensorflow: tensorflow.facts,
    pytorch: pytorch.facts,
  }))
}

// Twelve digits are enough for people to recognize a hash by; result.json has them whole.
function shortened(text: string): string {
  return text.replaceAll(/\b[0-9a-f]{64}\b/g, (hash) => `sha256 ${hash.slice(0, 12)}`)
}
