import path from 'node:path'
import { TwintuneError } from '../../failure.js'
import { shellQuote } from '../../shell-quote.js'
import { listOptions } from '../../spec/listed-options.js'
import type { Shard } from '../../spec/shard.js'
import { type MachineEnvironment, readEnvironment } from '../folder/environment-file.js'
import { comparisonFiles } from '../folder/files.js'
import type { RecordedComparison } from '../folder/read.js'
import { readRegular, requireOwnFiles } from '../folder/regular-file.js'
import { checkUnaltered, checkUnchanged, requireComparison } from '../taking-up.js'

/** Comparison in a folder that is to be merged with others. */
export interface Part {
  readonly recorded: RecordedComparison
  readonly name: string
  readonly shard: Shard | null
  readonly seeds: readonly number[]
  /** Values of the specification, by their path. */
  readonly options: ReadonlyMap<string, string>
  /** Records of the machines that worked on it, the first one first. */
  readonly environments: readonly MachineEnvironment[]
}

/**
 * Reads a comparison that is to be merged with others.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND, or COMPARISONS_NOT_MERGEABLE when it has not come to its end, or isn't what was
 * written.
 */
export async function readPart(comparisonDirectory: string): Promise<Part> {
  const recorded = await requireComparison(comparisonDirectory)
  const { name, path: folder, started } = recorded
  requireEnded(recorded)
  try {
    requireOwnFiles(folder)
    checkUnaltered(recorded)
    const environment = readEnvironment(folder)
    await checkUnchanged(recorded, environment)
    const { earlier = [], ...last } = environment
    return {
      recorded,
      name,
      shard: started.shard ?? null,
      seeds: [...new Set(started.runs.map(({ seed }) => seed))],
      options: new Map(listOptions(readRegular(path.join(folder, comparisonFiles.spec)))),
      environments: [...earlier, last],
    }
  } catch (error) {
    throw asUnmergeable(error)
  }
}

/** Turns the refusal to go on with a comparison into one to merge it. Any other error comes back as it is. */
export function asUnmergeable(error: unknown): unknown {
  if (!(error instanceof TwintuneError) || error.failure.code !== 'COMPARISON_NOT_RESUMABLE') return error
  return new TwintuneError({ ...error.failure, code: 'COMPARISONS_NOT_MERGEABLE' })
}

function requireEnded({ name, path: folder, status }: RecordedComparison): void {
  if (status === 'finished' || status === 'failed') return
  throw new TwintuneError({
    code: 'COMPARISONS_NOT_MERGEABLE',
    message: `${name} is ${status}: its runs have not all come to an end.`,
    hint:
      status === 'running'
        ? 'Wait for its end.'
        : `Go on with it, on the machine that it began on: twintune resume ${shellQuote(folder)}`,
  })
}
