import type { Event } from '../events.js'
import { expandShorthands } from '../plan/expand-shorthands.js'
import type { Experiment } from '../spec/schema.js'
import { type CarryOutRunsOptions, carryOutRuns } from './carry-out-runs.js'
import { withExecutor } from './executors/with-executor.js'
import { ComparisonFolder } from './folder/comparison-folder.js'
import { hashSpecification } from './folder/specification.js'
import { checkInputFiles } from './input-files.js'
import { recordMachine } from './machine/record.js'
import { machineSurroundings } from './machine/surroundings.js'

export interface CarryOutOptions extends CarryOutRunsOptions {
  readonly runsDirectory: string
}

/**
 * Carries out every run of an experiment and compares them, in a new folder. Throws a `TwintuneError` when nothing
 * could run or be kept.
 */
export async function carryOutExperiment(
  specification: Experiment,
  { runsDirectory, ...options }: CarryOutOptions,
  emit: (event: Event) => void,
  cancelSignal: AbortSignal,
): Promise<void> {
  checkInputFiles(specification)
  const experiment = expandShorthands(specification)
  const surroundings = machineSurroundings(options)
  await withExecutor(options, cancelSignal, async (executor) => {
    const folder = ComparisonFolder.create(runsDirectory, experiment)
    const machine = await recordMachine(await hashSpecification(folder.path))
    await carryOutRuns(
      { experiment, folder, machine, surroundings, kept: null, looks: [] },
      { ...options, executor },
      emit,
      cancelSignal,
    )
  })
}
