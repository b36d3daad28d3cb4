import type { Experiment, Framework } from '../spec/schema.js'

/** One framework × seed of an experiment. */
export interface Run {
  readonly framework: Framework
  readonly seed: number
}

/**
 * The runs of an experiment in the order of their start: seed by seed, so that an interrupted comparison holds whole
 * pairs; and the order of the frameworks turned with each seed, so that none always has the cooler or the warmer machine.
 */
export function planRuns(experiment: Pick<Experiment, 'frameworks' | 'seeds'>): Run[] {
  return experiment.seeds.flatMap((seed, index) => {
    const frameworks = index % 2 === 0 ? experiment.frameworks : experiment.frameworks.toReversed()
    return frameworks.map((framework) => ({ framework, seed }))
  })
}
