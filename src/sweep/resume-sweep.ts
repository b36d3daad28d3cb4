import path from 'node:path'
import { TwintuneError } from '../failure.js'
import { planSweep, planTrialRuns } from '../plan/plan-sweep.js'
import { readEnvironment, whatStays } from '../run/folder/environment-file.js'
import { now } from '../run/folder/journal.js'
import { removeStaleLock } from '../run/folder/lock.js'
import { hashSpecification } from '../run/folder/specification.js'
import { checkInputFiles } from '../run/input-files.js'
import { recordMachine } from '../run/machine/record.js'
import { machineSurroundings } from '../run/machine/surroundings.js'
import { shellQuote } from '../shell-quote.js'
import { loadExperiment } from '../spec/load.js'
import { version } from '../version.js'
import { findAlteredTrials } from './altered-trials.js'
import { type SweepRunsOptions, workThroughSweep } from './carry-out-sweep.js'
import type { SweepEvent } from './events.js'
import { isWorthAnotherTry } from './failed-trials.js'
import type { Sweep } from './record.js'
import {
  type RecordedSweep,
  readSweep,
  readTrial,
  readTrialStarts,
  SweepFolder,
  sweepFiles,
} from './sweep-folder.js'
import { keyOf } from './undertaking.js'

/**
 * Resumes the sweep in a folder: keeps the trials that finished, were pruned or failed for their settings, takes the others up
 * at their last checkpoints, and tries those anew that failed otherwise. A sweep with nothing left to do only tells its end.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND, COMPARISON_NOT_RESUMABLE or COMPARISON_IN_USE; SpecError when spec.yaml is wrong.
 */
export async function resumeSweep(
  sweepDirectory: string,
  options: SweepRunsOptions,
  emit: (event: SweepEvent) => void,
  cancelSignal: AbortSignal,
): Promise<void> {
  const found = requireSweep(sweepDirectory)
  if (found.sweep && isDone(found.sweep, options)) {
    requireUnaltered(found, { records: [], sweep: found.sweep })
    removeStaleLock(found.path)
    emit({ type: 'sweep-finished', time: now(), sweepDirectory: found.path, sweep: found.sweep })
    return
  }
  const folder = SweepFolder.reopen(found.path)
  let undertaking: Parameters<typeof workThroughSweep>[0]
  try {
    const before = readEnvironment(found.path)
    const hashes = await hashSpecification(found.path)
    checkUnchanged(found, before, hashes.specification)
    const specification = await loadExperiment(path.join(found.path, sweepFiles.spec))
    checkInputFiles(specification)
    const plan = planSweep(specification)
    const machine = { ...(await recordMachine(hashes)), ...whatStays(before) }
    const records = planTrialRuns(plan).flatMap((run) => readTrial(found.path, run) ?? [])
    requireUnaltered(found, { records, sweep: null })
    const starts = readTrialStarts(found.path)
    undertaking = {
      ...{ specification, plan, folder, machine },
      surroundings: machineSurroundings(options),
      startedAt: found.started.time,
      kept: records.filter((record) => record.status !== 'cancelled' && !isWorthAnotherTry(record)),
      begun: new Map(starts.map((start) => [keyOf(start), start.values])),
    }
  } catch (error) {
    folder.close()
    throw error
  }
  await workThroughSweep(undertaking, options, emit, cancelSignal)
}

function isDone({ status, trials, final }: Sweep, options: SweepRunsOptions): boolean {
  return (
    status === 'finished' &&
    (final !== null || !options.final) &&
    !trials.some((trial) => isWorthAnotherTry(trial))
  )
}

/**
 * Reads the sweep in a folder.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND when the folder holds none.
 */
export function requireSweep(sweepDirectory: string): RecordedSweep {
  const found = readSweep(sweepDirectory)
  if (found) return found
  throw new TwintuneError({ code: 'COMPARISON_NOT_FOUND', message: `${sweepDirectory} holds no sweep.` })
}

function checkUnchanged(
  { name, path: folder }: RecordedSweep,
  before: { readonly twintune?: string | undefined; readonly specification?: string | undefined },
  specification: string,
): void {
  if (before.twintune !== undefined && before.twintune !== version)
    throw new TwintuneError({
      code: 'COMPARISON_NOT_RESUMABLE',
      message: `${name} was begun by twintune ${before.twintune}, and this is ${version}: its trials would not be comparable.`,
      hint: `Go on with it in twintune ${before.twintune}, or start a new sweep with twintune sweep.`,
    })
  if (before.specification === undefined || before.specification === specification) return
  throw new TwintuneError({
    code: 'COMPARISON_NOT_RESUMABLE',
    message: `The spec.yaml of ${name} was changed since the sweep began.`,
    hint: `Put it back, or start a new sweep: twintune sweep ${shellQuote(path.join(folder, sweepFiles.spec))}`,
  })
}

function requireUnaltered(
  { name, path: folder }: RecordedSweep,
  found: Parameters<typeof findAlteredTrials>[1],
): void {
  const [file] = findAlteredTrials(folder, found)
  if (file === undefined) return
  throw new TwintuneError({
    code: 'COMPARISON_NOT_RESUMABLE',
    message: `${file} of ${name} was changed since it was written: events.jsonl has something else.`,
    hint: `Put it back. Or delete it, and twintune sweep --resume makes it anew: ${path.join(folder, file)}`,
  })
}
