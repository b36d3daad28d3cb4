import type { Event } from '../events.js'
import { TwintuneError } from '../failure.js'
import { expandShorthands } from '../plan/expand-shorthands.js'
import type { Experiment } from '../spec/schema.js'
import { formatShard, isShard, type Shard } from '../spec/shard.js'
import { type CarryOutRunsOptions, carryOutRuns } from './carry-out-runs.js'
import { withExecutor } from './executors/with-executor.js'
import { ComparisonFolder } from './folder/comparison-folder.js'
import { hashSpecification } from './folder/specification.js'
import { checkInputFiles } from './input-files.js'
import { recordMachine } from './machine/record.js'
import { machineSurroundings } from './machine/surroundings.js'

export interface CarryOutOptions extends CarryOutRunsOptions {
  readonly runsDirectory: string
  /** Share of the runs that is carried out; without it, all are. */
  readonly shard?: Shard | undefined
  /** Name of the sweep that the comparison is the final of. */
  readonly sweep?: string | undefined
}

/**
 * Carries out every run of an experiment and compares them, in a new folder. Throws a `TwintuneError` when nothing
 * could run or be kept.
 */
export async function carryOutExperiment(
  specification: Experiment,
  { runsDirectory, shard, sweep, ...options }: CarryOutOptions,
  emit: (event: Event) => void,
  cancelSignal: AbortSignal,
): Promise<void> {
  if (shard !== undefined) checkShard(specification, shard)
  checkInputFiles(specification)
  const experiment = expandShorthands(specification)
  const surroundings = machineSurroundings(options)
  await withExecutor(options, cancelSignal, async (executor) => {
    const folder = ComparisonFolder.create(runsDirectory, experiment, shard)
    const machine = await recordMachine(await hashSpecification(folder.path))
    await carryOutRuns(
      {
        ...{ experiment, folder, machine, surroundings, sweep },
        ...{ kept: null, looks: [], shard: shard ?? null, merged: null },
      },
      { ...options, executor },
      emit,
      cancelSignal,
    )
  })
}

// Every shard is refused alike, so that none is started in vain.
function checkShard({ seeds }: Experiment, shard: Shard): void {
  if (!isShard(shard))
    throw new TwintuneError({
      code: 'SPEC_INVALID',
      message: `There is no shard ${formatShard(shard)}: the first of four is 1/4, the last 4/4.`,
    })
  if (shard.of > seeds.length)
    throw new TwintuneError({
      code: 'SPEC_INVALID',
      message: `The comparison has ${seeds.length === 1 ? '1 seed' : `${seeds.length} seeds`}, too few for ${shard.of} shards: a shard has whole seeds.`,
      hint: `Ask for at most ${seeds.length} shards, or give the comparison more seeds.`,
    })
}
