import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { behaviourOf, brokenRows } from '../../compare/behaviour.js'
import type { ContractRow } from '../../compare/comparison.js'
import { fairnessContract } from '../../compare/contract.js'
import type { Judgement } from '../../compare/judgement.js'
import { stoppingRow } from '../../compare/stopping.js'
import { runRequest } from '../../plan/run-request.js'
import type { PlannedShortRun } from '../../plan/short-run.js'
import { judgeRunMessage } from '../../protocol/judge-run.js'
import type { RunRequest } from '../../protocol/request-parts.js'
import type { FinishedRun } from '../../protocol/result.js'
import { runMessage } from '../../protocol/run.js'
import type { Framework } from '../../spec/schema.js'
import { machineSurroundings } from '../machine/surroundings.js'
import type { OfEach, TemporaryWorker } from '../workers/temporary-pair.js'
import { firstRun } from './temporary-run.js'

/**
 * Carries out a short run in both frameworks at once, has each judge the other's, and draws up the rows of the contract:
 * those of what the runs did, and of the others those that are different.
 *
 * @throws TwintuneError When a run fails, or is cancelled.
 */
export async function carryOutShortRun(
  planned: PlannedShortRun,
  workers: OfEach<TemporaryWorker>,
  signal: AbortSignal,
): Promise<ContractRow[]> {
  const { experiment } = planned
  const results = await Promise.all([runAll('tensorflow'), runAll('pytorch')])
  const judgements = await Promise.all([judge('tensorflow', 'pytorch'), judge('pytorch', 'tensorflow')])
  const given = fairnessContract(results)
  return [
    ...brokenRows(experiment.mode, given),
    ...given.filter(({ ingredient, state }) => ingredient === 'restored weights' && state !== 'different'),
    ...behaviourOf(experiment.mode, results, judgements),
    ...stoppingRow(experiment.training, results),
  ]

  async function runAll(framework: Framework): Promise<FinishedRun> {
    let result: FinishedRun | undefined
    for (let time = 0; time < planned.times; time += 1) {
      result = await workers[framework].worker.request(runMessage, request(framework), { signal })
    }
    if (result === undefined) throw new Error('A short run is carried out at least once.')
    return { ...result, ...firstRun(experiment, framework) }
  }

  async function judge(judged: Framework, by: Framework): Promise<Judgement> {
    const { steps, evaluations } = await workers[by].worker.request(
      judgeRunMessage,
      {
        run: { ...request(by), keepSteps: 'none' },
        judged: runDirectory(judged),
        replay: 'kept',
        models: [runDirectory(judged)],
      },
      { signal },
    )
    const { seed } = firstRun(experiment, judged)
    return { seed, judged, judge: by, steps, evaluation: evaluations[0] ?? null, stepsInFloat64: [] }
  }

  function request(framework: Framework): RunRequest {
    const { shorten, keepSteps } = planned
    const surroundings = machineSurroundings({ featureCache: true })
    return runRequest(experiment, firstRun(experiment, framework), {
      ...surroundings,
      cacheDirectory: cacheWithoutFeatures(surroundings.cacheDirectory, workers[framework].folder),
      runDirectory: runDirectory(framework),
      resume: false,
      keepSteps,
      shorten,
    })
  }

  function runDirectory(framework: Framework): string {
    const directory = path.join(workers[framework].folder, `short-run-${planned.precision}`)
    mkdirSync(directory, { recursive: true })
    return directory
  }
}

// All that the user's cache has, but for features: those of a short run are its own, and go with it.
function cacheWithoutFeatures(cache: string, folder: string): string {
  const own = path.join(folder, 'cache')
  if (existsSync(own)) return own
  mkdirSync(own)
  mkdirSync(cache, { recursive: true })
  for (const name of readdirSync(cache)) {
    if (name !== 'features') symlinkSync(path.join(cache, name), path.join(own, name))
  }
  return own
}
