import type { Experiment, Framework } from '../spec/schema.js'

/** Run of an experiment: one framework × seed. */
export interface Run {
  readonly framework: Framework
  readonly seed: number
  /** Mark of the second run of a framework and seed, which shows the noise. Other runs have no such field. */
  readonly repeat?: true | undefined
}

/**
 * Plans the runs of an experiment in the order of their start. They go seed by seed, so that an interrupted comparison
 * holds whole pairs, and the order of the frameworks turns with each seed, so that none always has the cooler or the
 * warmer machine. Repeats come after all other runs, which so go as they would without them.
 */
export function planRuns({
  frameworks,
  seeds,
  comparison,
}: Pick<Experiment, 'frameworks' | 'seeds' | 'comparison'>): Run[] {
  const runs = seeds.flatMap((seed, index) => {
    const inTurn = index % 2 === 0 ? frameworks : frameworks.toReversed()
    return inTurn.map((framework): Run => ({ framework, seed }))
  })
  return comparison.noise ? [...runs, ...runs.map((run): Run => ({ ...run, repeat: true }))] : runs
}

/** Picks the fields that name a run: framework, seed and the mark of a repeat. */
export function runOf({ framework, seed, repeat }: Run): Run {
  return { framework, seed, ...(repeat && { repeat }) }
}

/** Whether two names are of the same run. A repeat is another run than the one that it repeats. */
export function isSameRun(one: Run, other: Run): boolean {
  return one.framework === other.framework && one.seed === other.seed && one.repeat === other.repeat
}

/** Names the seed of a run, or its repeat: `3`, `3 repeat`. */
export function nameOfSeed({ seed, repeat }: Pick<Run, 'seed' | 'repeat'>): string {
  return `${seed}${repeat ? ' repeat' : ''}`
}

/** Names a run's seed in words: `seed 0`, or `seed 0 repeat`. */
export function seedLabel(run: Pick<Run, 'seed' | 'repeat'>): string {
  return `seed ${nameOfSeed(run)}`
}
