import path from 'node:path'
import { looksAt } from '../../compare/earlier-looks.js'
import type { EvidenceOptions } from '../../compare/evidence.js'
import { type Look, levelsAfter } from '../../compare/looks.js'
import { frameworkNames } from '../../framework-names.js'
import type { FinishedRun } from '../../protocol/result.js'
import { fileOptions } from '../../spec/file-paths.js'
import type { Experiment, Framework } from '../../spec/schema.js'
import { formatSeeds } from '../../spec/seeds.js'
import { formatShard } from '../../spec/shard.js'
import { evidenceOf } from './evidence.js'
import { type Part, unmergeable } from './part.js'

/** Parts in the order of the merged comparison, its seeds, and the looks that its verdict takes account of. */
export interface Fitting {
  readonly parts: readonly Part[]
  readonly seeds: readonly number[]
  readonly looks: readonly Look[]
  /** Evidence that all parts have gathered. */
  readonly evidence: EvidenceOptions
}

/**
 * Puts parts together: all shards of one comparison, or comparisons that differ by their seeds alone.
 *
 * @throws TwintuneError COMPARISONS_NOT_MERGEABLE, which names the parts and what doesn't fit.
 */
export function fitParts(given: readonly Part[]): Fitting {
  const parts = given.toSorted((one, other) => (one.shard?.number ?? 0) - (other.shard?.number ?? 0))
  const [first, ...others] = parts
  // A division into one shard is what a matrix of a single job makes.
  if (first === undefined || (others.length === 0 && first.shard === null))
    throw unmergeable(
      first === undefined ? 'No folder is named.' : 'There is one folder to merge.',
      'Name the folders of all shards.',
    )
  requireEachOnce(parts)
  for (const other of others) {
    requireSameSpecification(first, other)
    requireSameVersions(first, other)
  }
  requireOtherSeeds(parts)
  const evidence = evidenceOf(parts)
  if (parts.some(({ shard }) => shard !== null)) {
    requireAllShards(parts)
    return { parts, seeds: parts.flatMap(({ seeds }) => seeds), looks: [], evidence }
  }
  return { parts, seeds: parts.flatMap(({ seeds }) => seeds), looks: looksOf(parts), evidence }
}

/**
 * Refuses parts that weren't trained from the same weights, or on the same images, by what their runs read back.
 *
 * @throws TwintuneError COMPARISONS_NOT_MERGEABLE.
 */
export function requireSameFacts(parts: readonly Part[], experiment: Experiment): void {
  const { frameworks, model, comparison } = experiment
  const facts = [
    // Random weights are drawn anew for each seed, and so is a split that varies.
    ...(model.weights === 'random' ? [] : [['weights', 'weights'] as const]),
    ...(comparison.vary.includes('split')
      ? []
      : [['split', 'images and labels'] as const, ['testSet', 'pixels of the test images'] as const]),
  ]
  for (const framework of frameworks) {
    const [first, ...others] = parts.flatMap((part) => {
      const run = finishedRunOf(part, framework)
      return run === undefined ? [] : [{ part, run }]
    })
    for (const other of others)
      for (const [fact, name] of facts)
        if (first !== undefined && first.run.facts[fact] !== other.run.facts[fact])
          throw unmergeable(
            `${first.part.name} and ${other.part.name} had other ${name} in ${frameworkNames[framework]}: ${first.run.facts[fact].slice(0, 12)} and ${other.run.facts[fact].slice(0, 12)}.`,
            'Carry one of them out again with the data of the other.',
          )
  }
}

/** Finds a finished run of a part; any framework's where none is named. */
export function finishedRunOf({ recorded }: Part, framework?: Framework): FinishedRun | undefined {
  return recorded.results.find(
    (result): result is FinishedRun =>
      result.status === 'finished' && (framework === undefined || result.framework === framework),
  )
}

function requireSameSpecification(first: Part, other: Part): void {
  const areShards = first.shard !== null || other.shard !== null
  const paths = [...new Set([...first.options.keys(), ...other.options.keys()])]
  const [differing, ...more] = paths.filter((option) => {
    const [one, two] = [first.options.get(option), other.options.get(option)]
    // The images may lie elsewhere on another machine: what they are is compared by what the runs read.
    const areFiles = fileOptions.includes(option) && [one, two].every((file) => path.isAbsolute(file ?? ''))
    return one !== two && !areFiles && (areShards || option !== 'seeds')
  })
  if (differing === undefined) {
    requireSameFirstSeed(first, other)
    return
  }
  const [one, two] = [first, other].map(({ options }) => options.get(differing) ?? 'nothing')
  const rest = more.length === 0 ? '' : `, and ${more.join(', ')}`
  throw unmergeable(
    `${first.name} and ${other.name} have other specifications: ${differing} is ${one} and ${two}${rest}.`,
    'Merge folders of one specification.',
  )
}

// A source of randomness that doesn't vary has the first seed of the experiment in every run.
function requireSameFirstSeed(first: Part, other: Part): void {
  const [one] = first.options.get('seeds')?.split(', ') ?? []
  const [two] = other.options.get('seeds')?.split(', ') ?? []
  const vary = first.options.get('comparison.vary')?.split(', ') ?? []
  const fixed = (['init', 'order', 'augmentation'] as const).filter((purpose) => !vary.includes(purpose))
  if (one === two || fixed.length === 0) return
  throw unmergeable(
    `${first.name} and ${other.name} hold other things fixed: comparison.vary leaves out ${fixed.join(' and ')}, for which all runs have the first seed, ${one} and ${two}.`,
    'Divide one comparison into shards with --shard: they have its first seed.',
  )
}

function requireEachOnce(parts: readonly Part[]): void {
  for (const [index, { name, recorded }] of parts.entries())
    if (parts.slice(index + 1).some((other) => other.recorded.path === recorded.path))
      throw unmergeable(`${name} is given twice.`, 'Name each folder once.')
}

function requireSameVersions(first: Part, other: Part): void {
  const [ours, theirs] = [versionsOf(first), versionsOf(other)]
  const differing = [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((name) => {
    const [one = 'nothing', two = 'nothing'] = [ours.get(name), theirs.get(name)]
    return one === two ? [] : [`${name} ${one} and ${two}`]
  })
  if (differing.length === 0) return
  throw unmergeable(
    `${first.name} and ${other.name} had other versions: ${differing.join(', ')}.`,
    'Install the same versions on all machines, and carry the shard out again.',
  )
}

/** Lists the versions that a part had, by framework and package. */
function versionsOf({ environments }: Part): Map<string, string> {
  const versions = new Map<string, Set<string>>()
  const note = (name: string, version: string | undefined) => {
    if (version !== undefined) versions.set(name, (versions.get(name) ?? new Set()).add(version))
  }
  for (const { frameworks = {} } of environments)
    for (const framework of ['tensorflow', 'pytorch'] as const) {
      const { python, versions: packages = {}, gpuSupport } = frameworks[framework] ?? {}
      const of = frameworkNames[framework]
      note(`Python of ${of}`, python)
      note(`GPU libraries of ${of}`, gpuSupport)
      for (const [name, version] of Object.entries(packages)) note(`${name} of ${of}`, version)
    }
  return new Map([...versions].map(([name, found]) => [name, [...found].join(' / ')]))
}

function requireOtherSeeds(parts: readonly Part[]): void {
  for (const [index, { name, seeds, shard, recorded }] of parts.entries())
    for (const other of parts.slice(index + 1)) {
      const [one, two] = name === other.name ? [recorded.path, other.recorded.path] : [name, other.name]
      const twice = seeds.filter((seed) => other.seeds.includes(seed))
      if (twice.length === 0) continue
      const what = shard && other.shard ? `Both are shard ${formatShard(shard)}: ` : ''
      throw unmergeable(
        `${what}${one} and ${two} both have the ${twice.length === 1 ? 'seed' : 'seeds'} ${formatSeeds(twice)}.`,
        'Leave one of them out.',
      )
    }
}

function requireAllShards(parts: readonly Part[]): void {
  const whole = parts.find(({ shard }) => shard === null)
  if (whole !== undefined)
    throw unmergeable(
      `${whole.name} is a whole comparison, and no shard.`,
      'Merge the shards of one comparison.',
    )
  const counts = [...new Set(parts.map(({ shard }) => shard?.of))]
  const [of = 0] = counts
  if (counts.length > 1)
    throw unmergeable(
      `The folders are shards of other divisions: of ${counts.join(' and of ')}.`,
      'Merge the shards of one division.',
    )
  const numbers = Array.from({ length: of }, (_, index) => index + 1)
  const missing = numbers.filter((number) => !parts.some(({ shard }) => shard?.number === number))
  if (missing.length === 0) return
  const named = missing.map((number) => formatShard({ number, of })).join(', ')
  throw unmergeable(
    `${missing.length === 1 ? 'Shard' : 'Shards'} ${named} ${missing.length === 1 ? 'is' : 'are'} missing.`,
    `Carry out what is missing: twintune compare SPEC --shard ${missing[0]}/${of}`,
  )
}

// Each verdict had a chance of its own to be wrong.
function looksOf(parts: readonly Part[]): Look[] {
  const looks = parts.flatMap(({ recorded }) => (recorded.comparison ? looksAt(recorded.comparison) : []))
  const { significance, equivalence } = levelsAfter(looks)
  if (significance > 0 && equivalence > 0) return looks
  throw unmergeable(
    `The verdicts of ${parts.map(({ name }) => name).join(' and ')} have used up the 5% that a verdict may be wrong in: none could be drawn from all of them.`,
    'Divide one comparison into shards with --shard, which have no verdicts of their own; or add seeds to one with twintune extend.',
  )
}
