import type { Experiment, Framework } from '../spec/schema.js'

/** One framework × seed of an experiment. */
export interface Run {
  readonly framework: Framework
  readonly seed: number
  /** There for the second run of a framework and seed, which shows the noise, and for no other. */
  readonly repeat?: true | undefined
}

/**
 * The runs of an experiment in the order of their start: seed by seed, so that an interrupted comparison holds whole
 * pairs; and the order of the frameworks turned with each seed, so that none always has the cooler or the warmer machine.
 * Those that only repeat one come after all others, which so go as they would without them.
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

/** Which run something belongs to, and nothing else. */
export function runOf({ framework, seed, repeat }: Run): Run {
  return { framework, seed, ...(repeat && { repeat }) }
}

/** Whether two are the same run: a repeat is another one. */
export function isSameRun(one: Run, other: Run): boolean {
  return one.framework === other.framework && one.seed === other.seed && one.repeat === other.repeat
}

/** `seed 0`, `seed 0 repeat`. */
export function seedLabel({ seed, repeat }: Pick<Run, 'seed' | 'repeat'>): string {
  return `seed ${seed}${repeat ? ' repeat' : ''}`
}
