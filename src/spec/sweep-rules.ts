import { isMapping, type Path, parsePath } from './path.js'
import { listAt, numberAt, type Rule, type Violation, violationIf } from './rule.js'
import { getWithDefaults as getIn } from './schema-walk.js'
import { mostTrials } from './sweep-schema.js'

/** Rules on the sweep of a specification. The values of its parameters are tried by `findSweepIssues`. */
export const sweepRules: readonly Rule[] = [
  parametersAreSearchable,
  gridIsFinite,
  samplerIsOptunas,
  objectiveHasValidation,
  finalSeedsAreFresh,
]

const sweepPath: Path = ['sweep']

/** Beginnings of the paths that a sweep may search: all else decides which images are judged, or by what. */
const searchable = ['training', 'model', 'augmentation', 'dataset.imageSize', 'dataset.resize']

function parametersAreSearchable(spec: unknown): Violation[] {
  const parameters = parametersOf(spec)
  const seen: string[] = []
  return parameters.flatMap(({ name, path }) => {
    const target = parsePath(name)
    if (target === null)
      return [{ path, message: `'${name}' is no path; write one such as training.batchSize` }]
    const dotted = target.join('.')
    const overlapping = seen.find(
      (other) => `${dotted}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${dotted}.`),
    )
    seen.push(dotted)
    if (overlapping !== undefined) return [{ path, message: `overlaps the parameter ${overlapping}` }]
    const isSearchable = searchable.some((start) => dotted === start || dotted.startsWith(`${start}.`))
    return violationIf(
      !isSearchable,
      path,
      `can't be searched, since trials must be judged alike; possible are options of ${searchable.join(', ')}`,
    )
  })
}

function gridIsFinite(spec: unknown): Violation[] {
  if (getIn(spec, [...sweepPath, 'strategy']) !== 'grid') return []
  const ranges = parametersOf(spec).flatMap(({ path, parameter }) =>
    ['uniform', 'logUniform'].flatMap((kind) =>
      violationIf(
        kind in parameter,
        [...path, kind],
        'has no end of values for a grid: list them as `choice`',
      ),
    ),
  )
  const trials = [...sweepPath, 'trials']
  const combinations = parametersOf(spec).reduce((count, { parameter }) => count * countValues(parameter), 1)
  return [
    ...ranges,
    ...violationIf(
      combinations > mostTrials,
      [...sweepPath, 'parameters'],
      `have ${combinations.toLocaleString('en')} combinations; a grid has at most ${mostTrials.toLocaleString('en')}. Use fewer values, or strategy: random`,
    ),
    ...violationIf(
      getIn(spec, trials) !== undefined,
      trials,
      'is for random and optuna: a grid has one trial for each combination',
    ),
  ]
}

function countValues({ choice, int }: Readonly<Record<string, unknown>>): number {
  if (Array.isArray(choice)) return choice.length
  const [low, high] = Array.isArray(int) ? int.map(Number) : []
  return low === undefined || high === undefined ? 1 : high - low + 1
}

function samplerIsOptunas(spec: unknown): Violation[] {
  const path = [...sweepPath, 'sampler']
  const isBroken = getIn(spec, path) !== undefined && getIn(spec, [...sweepPath, 'strategy']) !== 'optuna'
  return violationIf(isBroken, path, 'is one of Optuna: it needs `strategy: optuna`')
}

function objectiveHasValidation(spec: unknown): Violation[] {
  if (getIn(spec, sweepPath) === undefined) return []
  const sources = ['validation', 'validationSplit', 'splitColumn'].map((key) => ['dataset', key])
  // A folder may hold a folder of validation images, which only Python sees.
  const mayHaveImages =
    sources.some((source) => getIn(spec, source) !== undefined) ||
    getIn(spec, ['dataset', 'source']) === 'imagefolder'
  const isBroken = !mayHaveImages && numberAt(spec, ['dataset', 'validationFraction']) === 0
  return violationIf(
    isBroken,
    sweepPath,
    'needs validation images to rank the trials by, and dataset.validationFraction is 0',
  )
}

function finalSeedsAreFresh(spec: unknown): Violation[] {
  const path = [...sweepPath, 'finalSeeds']
  const [first] = listAt(spec, ['seeds'])
  const finals = listAt(spec, path)
  return finals.flatMap((seed, index) => [
    ...violationIf(seed === first, [...path, index], `${seed} is the seed of all trials: take others`),
    ...violationIf(finals.indexOf(seed) < index, [...path, index], `${seed} is listed already`),
  ])
}

/** Lists the parameters of an unchecked specification, with the paths that they stand at. */
export function parametersOf(
  spec: unknown,
): { readonly name: string; readonly path: Path; readonly parameter: Readonly<Record<string, unknown>> }[] {
  const parent = [...sweepPath, 'parameters']
  const parameters = getIn(spec, parent)
  if (!isMapping(parameters)) return []
  return Object.entries(parameters).flatMap(([name, parameter]) =>
    isMapping(parameter) ? [{ name, path: [...parent, name], parameter }] : [],
  )
}
