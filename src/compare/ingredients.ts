import type { Facts, TrainedPhase } from '../protocol/facts.js'

/** Ingredient of a run, which two runs may have in common. */
export type Ingredient = WholeIngredient | EpochIngredient

interface WholeIngredient {
  readonly name: string
  /** Kind of the value: hashes are the same or not, and texts may say the same in other words. */
  readonly kind: 'hash' | 'text'
  /** Reads the whole value, by which two runs are compared. The evidence shows its hashes in short. */
  readonly read: (facts: Facts) => string
  /** Reads the part of the value that bears on the numbers; without it the whole value does. */
  readonly meaning?: (facts: Facts) => string
}

/** Ingredient that grows with every epoch, and is compared over the epochs that both runs trained. */
interface EpochIngredient {
  readonly name: string
  readonly kind: 'epochs'
  /** Reads the value after each epoch, over all phases. */
  readonly read: (facts: Facts) => readonly string[]
}

/** The ingredients of the fairness contract, in the order of its rows. */
export const ingredients: readonly Ingredient[] = [
  { name: 'weights', kind: 'hash', read: (facts) => facts.weights },
  {
    name: 'architecture',
    kind: 'hash',
    read: (facts) => `${facts.parameters} parameters, ${facts.architecture}`,
  },
  { name: 'split', kind: 'hash', read: (facts) => facts.split },
  { name: 'test set', kind: 'hash', read: (facts) => facts.testSet },
  { name: 'augmentation', kind: 'text', read: (facts) => facts.augmentation },
  {
    name: 'input',
    kind: 'text',
    read: (facts) => facts.phases.map(describeInput).join(' | '),
    // A cached feature is the very number that was computed.
    meaning: (facts) => facts.phases.map(({ input }) => input).join(' | '),
  },
  { name: 'epochs', kind: 'text', read: (facts) => facts.phases.map(describePhase).join(' | ') },
  { name: 'averages', kind: 'text', read: (facts) => facts.phases.map(describeWeights).join(' | ') },
  { name: 'pixels', kind: 'epochs', read: (facts) => facts.pixels },
  { name: 'batch order', kind: 'epochs', read: (facts) => facts.batchOrder },
  { name: 'targets', kind: 'epochs', read: (facts) => facts.targets },
  { name: 'dropout', kind: 'epochs', read: (facts) => facts.dropout },
  { name: 'head init', kind: 'hash', read: (facts) => facts.headInit },
  { name: 'loss', kind: 'text', read: (facts) => facts.loss.join(' | ') },
  { name: 'optimizer', kind: 'text', read: (facts) => facts.optimizer.join(' | ') },
  { name: 'schedule', kind: 'epochs', read: (facts) => facts.schedule },
  { name: 'replicas', kind: 'text', read: (facts) => facts.replicas.join(' | ') },
  { name: 'batch norm', kind: 'text', read: (facts) => facts.batchNorm.join(' | ') },
  { name: 'precision', kind: 'text', read: (facts) => facts.precision },
  { name: 'device', kind: 'text', read: (facts) => facts.device },
  { name: 'deterministic', kind: 'text', read: (facts) => (facts.deterministic ? 'on' : 'off') },
  { name: 'threads', kind: 'text', read: (facts) => facts.threads },
]

function describeInput({ input, features }: TrainedPhase): string {
  return features === null ? input : `${input}, ${features}`
}

function describeWeights({ validatedWeights, finalWeights }: TrainedPhase): string {
  return `validated with weights ${validatedWeights ?? 'that no one validated'}, ended with weights ${finalWeights ?? 'unknown'}`
}

function describePhase({ epochs, steps, skippedSteps, weightsOf }: TrainedPhase): string {
  const skipped = skippedSteps > 0 ? `, ${skippedSteps} of them skipped` : ''
  return `${epochs} epochs of ${steps} steps in all${skipped}, weights of epoch ${weightsOf}`
}
