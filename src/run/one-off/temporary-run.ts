import type { Run } from '../../plan/plan-runs.js'
import { runRequest } from '../../plan/run-request.js'
import type { RunRequest } from '../../protocol/request-parts.js'
import type { Experiment, Framework } from '../../spec/schema.js'
import { machineSurroundings } from '../machine/surroundings.js'

/** Names a framework's run of the experiment's first seed. */
export function firstRun({ seeds: [seed = 0] }: Pick<Experiment, 'seeds'>, framework: Framework): Run {
  return { framework, seed }
}

/**
 * Makes the request that tells Python of a run of which nothing is kept.
 *
 * @param experiment - Experiment with its shorthands written out.
 * @param runDirectory - Folder that is deleted with the worker.
 */
export function temporaryRunRequest(experiment: Experiment, run: Run, runDirectory: string): RunRequest {
  return runRequest(experiment, run, {
    ...machineSurroundings({ featureCache: false }),
    runDirectory,
    resume: false,
    keepSteps: 'none',
  })
}
