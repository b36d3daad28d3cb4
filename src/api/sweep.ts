import { cancelled, TwintuneError } from '../failure.js'
import { eventStream } from '../run/event-stream.js'
import { defaultRunsDirectory } from '../run/folder/files.js'
import type { Experiment } from '../spec/schema.js'
import type { SweepEvent, SweepEventOf } from '../sweep/events.js'
import type { Sweep } from '../sweep/record.js'
import { checkOptionNames, type OptionNames, requireExperiment, requireText } from './arguments.js'
import { checkOptions, type RunOptions } from './run-options.js'
import { warningsOf } from './write-reports.js'

/** Options of how a sweep is carried out, as opposed to what it is. */
export interface SweepOptions
  extends Pick<
    RunOptions,
    'parallel' | 'featureCache' | 'hangTimeoutMinutes' | 'executor' | 'report' | 'workers' | 'signal'
  > {
  /**
   * Folder that the sweep's own folder is made in.
   * @defaultValue `runs` in the working directory
   */
  readonly runsDirectory?: string | undefined
  /**
   * Whether the best settings and the specification as it stands are compared at the end, over fresh seeds.
   * @defaultValue true
   */
  readonly final?: boolean | undefined
  /**
   * Address of Optuna's storage, as SQLAlchemy takes it, such as `postgresql://…`.
   * @defaultValue an SQLite file in the sweep's folder
   */
  readonly storage?: string | undefined
  /** Callback that is told of everything that happens, as it happens. */
  readonly onEvent?: ((event: SweepEvent) => void) | undefined
}

const sweepOptionNames: OptionNames<Omit<SweepOptions, 'runsDirectory'>> = {
  ...{ parallel: true, featureCache: true, hangTimeoutMinutes: true, workers: true, signal: true },
  ...{ executor: true, report: true, final: true, storage: true, onEvent: true },
}

/** Sweep, and the folder that it is in. */
export type SweepInFolder = Sweep & {
  /** Absolute path of the sweep's folder. */
  readonly sweepDirectory: string
}

/**
 * Tries the settings that the sweep of an experiment names, in each framework, ranks them by the validation images, and
 * compares the best with the experiment as it stands over fresh seeds. Trials that fail are among the sweep's `trials`.
 *
 * @throws TwintuneError When the experiment has no sweep, or nothing could run: a data set or a weights file isn't there, the
 * sweep's folder can't be written, or Optuna is missing that the sweep asks for; CANCELLED when the signal is aborted, with the
 * folder in its hint where there is one.
 * @example
 * const { best, trials } = await sweep(experiment)
 */
export async function sweep(experiment: Experiment, options: SweepOptions = {}): Promise<SweepInFolder> {
  requireExperiment('sweep', experiment)
  checkOptionNames<SweepOptions>('sweep', options, { ...sweepOptionNames, runsDirectory: true })
  const { runsDirectory = defaultRunsDirectory } = options
  const checked = checkSweepOptions(options)
  // Code that starts processes is loaded only now, so that importing twintune stays light.
  const { checkData } = await import('../run/one-off/check-data.js')
  const { checkWritable } = await import('../run/folder/writing.js')
  const { carryOutSweep } = await import('../sweep/carry-out-sweep.js')
  return toTheEnd(async (emit, signal) => {
    checkWritable(runsDirectory)
    // A specification without a sweep is refused first.
    const { warnings } = experiment.sweep ? await checkData(experiment, signal) : { warnings: [] }
    await carryOutSweep(experiment, { ...checked, runsDirectory, warnings }, emit, signal)
  }, options)
}

/**
 * Resumes the sweep in a folder: keeps the trials that finished, were pruned or failed for their settings, takes the others up
 * at their last checkpoints, tries those anew that failed otherwise, and comes to its end as `sweep` does. A sweep with nothing
 * left to do only gives its result.
 *
 * @param sweepDirectory - Path of the sweep's folder, as `sweep-started` names it.
 * @throws TwintuneError When there is no sweep in the folder, another version of twintune began it, its spec.yaml was changed, or
 * another process works on it.
 */
export async function resumeSweep(
  sweepDirectory: string,
  options: Omit<SweepOptions, 'runsDirectory'> = {},
): Promise<SweepInFolder> {
  requireText('resumeSweep', sweepDirectory, "resumeSweep('runs/NAME')", 'the folder of a sweep')
  checkOptionNames<Omit<SweepOptions, 'runsDirectory'>>('resumeSweep', options, sweepOptionNames)
  const checked = checkSweepOptions(options)
  const resume = await import('../sweep/resume-sweep.js')
  return toTheEnd((emit, signal) => resume.resumeSweep(sweepDirectory, checked, emit, signal), options)
}

function checkSweepOptions({ final = true, storage, ...options }: SweepOptions) {
  const { evidence: _, keepCheckpoints: _keep, ...checked } = checkOptions(options)
  return { ...checked, final, storage }
}

async function toTheEnd(
  work: (emit: (event: SweepEvent) => void, signal: AbortSignal) => Promise<void>,
  { onEvent = () => {}, report = true, signal }: Pick<SweepOptions, 'onEvent' | 'report' | 'signal'>,
): Promise<SweepInFolder> {
  let ended: SweepEventOf<'sweep-finished'> | undefined
  for await (const event of eventStream(work, signal)) {
    if (event.type === 'sweep-finished') {
      const { sweepDirectory, sweep } = event
      ended = event
      if (report) (await warningsOf(() => writeReportsOf(sweepDirectory, sweep))).forEach(onEvent)
    }
    onEvent(event)
  }
  if (!ended) throw new TwintuneError({ code: 'INTERNAL', message: 'A sweep ended without a result.' })
  const { sweep, sweepDirectory } = ended
  if (sweep.status === 'cancelled')
    throw new TwintuneError({ ...cancelled, hint: `resumeSweep('${sweepDirectory}') carries the rest out.` })
  return { ...sweep, sweepDirectory }
}

async function writeReportsOf(sweepDirectory: string, sweep: Sweep): Promise<void> {
  const { writeSweepReports } = await import('../page/write-sweep-report.js')
  await writeSweepReports(sweepDirectory, sweep)
}
