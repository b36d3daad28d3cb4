import type { Run } from '../../plan/plan-runs.js'
import { runRequest } from '../../plan/run-request.js'
import type { RunRequest } from '../../protocol/request-parts.js'
import type { Experiment, Framework } from '../../spec/schema.js'
import { machineSurroundings } from '../machine/surroundings.js'

/** A framework's run of the experiment's first seed. */
export function firstRun({ seeds: [seed = 0] }: Pick<Experiment, 'seeds'>, framework: Framework): Run {
  return { framework, seed }
}

/**
 * What Python is told of a run that nothing is kept of.
 *
 * @param experiment - With its shorthands written out.
 * @param runDirectory - Goes with the worker.
 */
export function temporaryRunRequest(experiment: Experiment, run: Run, runDirectory: string): RunRequest {
  return runRequest(experiment, run, {
    ...machineSurroundings({ featureCache: false }),
    runDirectory,
    resume: false,
  })
}
