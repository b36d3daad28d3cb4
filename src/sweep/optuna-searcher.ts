import path from 'node:path'
import { mean } from '../compare/summary.js'
import { toFailure } from '../failure.js'
import type { NamedParameter, SweepPlan, TrialRun } from '../plan/plan-sweep.js'
import { encodeValues } from '../plan/sweep-values.js'
import { askTrialMessage } from '../protocol/ask-trial.js'
import { reportTrialMessage } from '../protocol/report-trial.js'
import type { Study, StudyParameter } from '../protocol/study.js'
import { tellTrialMessage } from '../protocol/tell-trial.js'
import { weighParametersMessage } from '../protocol/weigh-parameters.js'
import { getIn, parsePath } from '../spec/path.js'
import type { Experiment, Framework } from '../spec/schema.js'
import { findPython } from '../worker/interpreter.js'
import { Worker } from '../worker/worker.js'
import { mostEpochs } from './most-epochs.js'
import type { Importance, Trial, TrialRecord } from './record.js'
import { fixedCode, type Searcher } from './searcher.js'
import { type SweepFolder, sweepFiles } from './sweep-folder.js'

export interface OptunaOptions {
  readonly specification: Experiment
  readonly folder: Pick<SweepFolder, 'path' | 'logFileOf'>
  /** Address of Optuna's storage; `undefined` for an SQLite file in the sweep's folder. */
  readonly storage: string | undefined
  readonly signal: AbortSignal
}

type Ended = Pick<Trial, 'status' | 'objective'>

/**
 * Searcher that asks Optuna, in a Python of its own. Each framework has a study, which ends trials and weighs parameters;
 * where both frameworks try the same values, one more study chooses these, by the mean of the objectives.
 */
export class OptunaSearcher implements Searcher {
  readonly #plan: SweepPlan
  readonly #options: OptunaOptions
  readonly #worker: Worker
  /** Code of trial 0; `null` where the specification as it stands lies outside of what is searched. */
  readonly #standing: number[] | null
  readonly #codes = new Map<number, Promise<number[]>>()
  readonly #ends = new Map<number, Ended[]>()

  constructor(plan: SweepPlan, options: OptunaOptions) {
    this.#plan = plan
    this.#options = options
    this.#standing = encodeValues(plan.parameters, valuesOf(options.specification, plan.parameters))
    this.#worker = Worker.start({
      name: 'search',
      python: findPython('search'),
      logFile: options.folder.logFileOf('search', 1),
    })
  }

  /** Begins, or finds what an earlier process has begun. Rejects with PACKAGE_MISSING where there is no Optuna. */
  async open(): Promise<void> {
    await this.#worker.ready
    await this.#weigh(this.#plan.frameworks[0] ?? 'pytorch')
  }

  /**
   * Tells the studies of a trial from an earlier process. What they know already stays as it is. The objectives after its
   * epochs are what pruning holds later trials against.
   */
  async takeUp(
    run: TrialRun,
    trial: Pick<Trial, 'values'> & Partial<Ended & Pick<TrialRecord, 'history'>>,
  ): Promise<void> {
    const code = run.trial === 0 ? this.#standing : encodeValues(this.#plan.parameters, trial.values)
    if (code === null) return
    if (this.#isShared && run.trial > 0) await this.#share(run.trial, code)
    await this.#ask(run.framework, run.trial, code)
    for (const [index, { validation }] of (trial.history ?? []).entries())
      await this.report(run, index + 1, validation?.[this.#plan.metric] ?? null)
    const { status, objective = null } = trial
    if (status !== undefined) await this.tell(run, { status, objective })
  }

  async codeOf(run: TrialRun): Promise<readonly number[]> {
    if (this.#plan.settings.strategy !== 'optuna')
      return this.#ask(run.framework, run.trial, fixedCode(this.#plan, run))
    const code = this.#isShared ? await this.#share(run.trial, null) : null
    return this.#ask(run.framework, run.trial, code)
  }

  async report(run: TrialRun, epoch: number, value: number | null): Promise<boolean> {
    if (this.#plan.settings.pruning === 'none' || value === null) return false
    // The specification as it stands is what the rest is measured by: it always comes to its end.
    if (run.trial === 0 && this.#standing === null) return false
    if (run.trial === 0) await this.#ask(run.framework, 0, this.#standing)
    const { prunes } = await this.#worker.request(
      reportTrialMessage,
      { study: this.#study(run.framework), trial: run.trial, epoch, value },
      { signal: this.#options.signal },
    )
    return prunes && run.trial > 0
  }

  async tell(run: TrialRun, ended: Ended): Promise<void> {
    if (run.trial === 0 && this.#standing === null) return
    if (run.trial === 0) await this.#ask(run.framework, 0, this.#standing)
    await this.#tell(run.framework, run.trial, ended)
    if (!this.#isShared) return
    const ends = [...(this.#ends.get(run.trial) ?? []), ended]
    this.#ends.set(run.trial, ends)
    if (ends.length < this.#plan.frameworks.length) return
    if (run.trial === 0) await this.#share(0, this.#standing)
    const objectives = ends.flatMap(({ objective }) => objective ?? [])
    const isWhole = objectives.length === ends.length
    const worst =
      ends.find(({ status }) => status === 'failed') ?? ends.find(({ status }) => status === 'pruned')
    await this.#tell('shared', run.trial, {
      status: isWhole ? 'finished' : (worst?.status ?? 'failed'),
      objective: isWhole ? mean(objectives) : null,
    })
  }

  /** Weighs the parameters in each framework. A study that can't be asked costs nothing else. */
  async importance(): Promise<Importance[]> {
    const found: Importance[] = []
    for (const framework of this.#plan.frameworks) {
      try {
        const { shares, problem } = await this.#weigh(framework)
        const named =
          shares && Object.fromEntries(this.#plan.parameters.map(({ name }, at) => [name, shares[at] ?? 0]))
        found.push({ framework, shares: named, problem })
      } catch (error) {
        found.push({ framework, shares: null, problem: toFailure(error).message })
      }
    }
    return found
  }

  stop(): Promise<void> {
    return this.#worker.stop()
  }

  get #isShared(): boolean {
    const { strategy, search } = this.#plan.settings
    return strategy === 'optuna' && search === 'paired' && this.#plan.frameworks.length > 1
  }

  // Both frameworks ask for the same trial, and whichever is first has it chosen.
  #share(trial: number, fixed: number[] | null): Promise<number[]> {
    const known = this.#codes.get(trial)
    if (known) return known
    const asked = this.#ask('shared', trial, fixed)
    this.#codes.set(trial, asked)
    return asked
  }

  async #ask(whose: Framework | 'shared', trial: number, fixed: readonly number[] | null): Promise<number[]> {
    const { values } = await this.#worker.request(
      askTrialMessage,
      { study: this.#study(whose), trial, fixed: fixed && [...fixed] },
      { signal: this.#options.signal },
    )
    return values
  }

  async #tell(whose: Framework | 'shared', trial: number, { status, objective }: Ended): Promise<void> {
    const state =
      status === 'finished' && objective !== null ? 'complete' : status === 'pruned' ? 'pruned' : 'fail'
    await this.#worker.request(
      tellTrialMessage,
      { study: this.#study(whose), trial, state, value: state === 'complete' ? objective : null },
      { signal: this.#options.signal },
    )
  }

  #weigh(framework: Framework) {
    return this.#worker.request(
      weighParametersMessage,
      { study: this.#study(framework) },
      { signal: this.#options.signal },
    )
  }

  #study(whose: Framework | 'shared'): Study {
    const { settings, parameters, direction } = this.#plan
    const { folder, storage, specification } = this.#options
    const offset = whose === 'pytorch' ? 1_000_003 : 0
    return {
      storage: storage ?? `sqlite:///${path.join(folder.path, sweepFiles.storage)}`,
      // Hyperband deals trials to its brackets by this name, so that it is one for all sweeps which share no storage.
      name: storage === undefined ? whose : `${path.basename(folder.path)} ${whose}`,
      direction,
      sampler: settings.strategy === 'optuna' ? (settings.sampler ?? 'tpe') : 'random',
      // Two searches that began with the same draws would be half of one search.
      seed: settings.searchSeed + offset,
      pruning: whose === 'shared' ? 'none' : settings.pruning,
      epochs: mostEpochs(specification, parameters),
      parameters: parameters.map(toStudyParameter),
    }
  }
}

/** Reads what the specification as it stands has in the place of each parameter. */
function valuesOf(specification: Experiment, parameters: readonly NamedParameter[]) {
  return Object.fromEntries(parameters.map(({ name }) => [name, getIn(specification, parsePath(name) ?? [])]))
}

function toStudyParameter({ name, parameter }: NamedParameter): StudyParameter {
  if ('choice' in parameter) return { kind: 'choice', path: name, count: parameter.choice.length }
  if ('int' in parameter) {
    const [low, high] = parameter.int
    return { kind: 'int', path: name, low, high }
  }
  const [low, high] = 'uniform' in parameter ? parameter.uniform : parameter.logUniform
  return { kind: 'float', path: name, low, high, log: 'logUniform' in parameter }
}
