import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { stringify } from 'yaml'
import * as z from 'zod'
import { TwintuneError } from '../failure.js'
import type { TrialRun } from '../plan/plan-sweep.js'
import { folderName } from '../run/folder/comparison-folder.js'
import { EventFile } from '../run/folder/event-file.js'
import { comparisonFiles } from '../run/folder/files.js'
import { isSweep } from '../run/folder/find.js'
import { fittingName } from '../run/folder/fitting-name.js'
import { FolderLock, isInUse } from '../run/folder/lock.js'
import { parseRecorded } from '../run/folder/read.js'
import {
  isOwnFolder,
  linesOf,
  readFirstLine,
  readRegular,
  requireOwnFiles,
} from '../run/folder/regular-file.js'
import { writing } from '../run/folder/writing.js'
import { makeFolders } from '../run/machine/folders.js'
import type { MachineRecord } from '../run/machine/record.js'
import type { Experiment, Framework } from '../spec/schema.js'
import {
  finalStartedSchema,
  type SweepEvent,
  type SweepEventOf,
  sweepStartedSchema,
  trialStartedSchema,
} from './events.js'
import { type Sweep, sweepRecordSchema, type TrialRecord, trialRecordSchema } from './record.js'

/** Names of the files in a sweep's folder, which its writer and its readers share. */
export const sweepFiles = {
  spec: comparisonFiles.spec,
  events: comparisonFiles.events,
  environment: comparisonFiles.environment,
  sweep: 'sweep.json',
  /** Optuna's storage, where no other was asked for. */
  storage: 'optuna.db',
  report: comparisonFiles.report,
  trials: 'trials',
  /** Record of a trial, in the trial's own folder. */
  trial: 'trial.json',
  folderOf: ({ trial, framework }: Pick<TrialRun, 'trial' | 'framework'>): string =>
    path.join('trials', String(trial).padStart(3, '0'), framework),
} as const

/** Folder of a sweep that is being carried out. All files but the events are written whole or not at all. */
export class SweepFolder {
  readonly path: string
  readonly #lock: FolderLock
  readonly #events: EventFile

  private constructor(folder: string) {
    this.path = folder
    this.#lock = FolderLock.take(folder, 'sweep')
    this.#events = new EventFile(path.join(folder, sweepFiles.events))
  }

  /** Makes a folder below `runsDirectory`, named after the experiment and the time, with the resolved spec in it. */
  static create(runsDirectory: string, experiment: Experiment): SweepFolder {
    return writing(runsDirectory, () => {
      makeFolders(path.resolve(runsDirectory))
      const folder = path.join(path.resolve(runsDirectory), folderName(`${experiment.name}-sweep`))
      mkdirSync(folder)
      const { $schema: _, ...resolved } = experiment
      writeFileAtomic.sync(path.join(folder, sweepFiles.spec), stringify(resolved))
      return new SweepFolder(folder)
    })
  }

  /**
   * Opens a folder to go on in it: events are appended.
   *
   * @throws TwintuneError COMPARISON_IN_USE when another process is at work in it, COMPARISON_NOT_RESUMABLE when it has
   *   links in it.
   */
  static reopen(folder: string): SweepFolder {
    return writing(folder, () => {
      requireOwnFiles(folder)
      return new SweepFolder(folder)
    })
  }

  /** Path of the log of a framework's Python, or of the search. Pythons that work side by side are numbered from 1. */
  logFileOf(name: Framework | 'search', number: number): string {
    return path.join(this.path, number === 1 ? `${name}.log` : `${name}-${number}.log`)
  }

  /** Makes the folder of a trial in one framework, and gives its path. */
  makeFolderOf(run: TrialRun): string {
    const folder = path.join(this.path, sweepFiles.folderOf(run))
    // The sweep's own folder is not made anew, where somebody has deleted it.
    if (!existsSync(this.path)) throw deleted(this.path)
    if (!existsSync(folder)) writing(this.path, () => mkdirSync(folder, { recursive: true }))
    return folder
  }

  append(event: SweepEvent): void {
    writing(this.path, () => this.#events.append(event))
  }

  /** Keeps the record of a trial, and nothing else of its run: the answers in the test, and the model, are for no search. */
  writeTrial(run: TrialRun, record: TrialRecord): void {
    const folder = this.makeFolderOf(run)
    if (record.status !== 'cancelled') this.#discardRun(folder)
    this.#write(path.join(folder, sweepFiles.trial), record)
  }

  writeSweep(sweep: Sweep): void {
    this.#write(path.join(this.path, sweepFiles.sweep), sweep)
  }

  writeMachine(machine: MachineRecord): void {
    this.#write(path.join(this.path, sweepFiles.environment), machine)
  }

  close(): void {
    this.#events.close()
    this.#lock.release()
  }

  /** Deletes the closed folder of a sweep that has tried nothing, since nothing in it is worth going on with. */
  discard(): void {
    rmSync(this.path, { recursive: true, force: true })
  }

  #discardRun(folder: string): void {
    const left = readdirSync(folder).filter((entry) => entry !== sweepFiles.trial)
    for (const entry of left) rmSync(path.join(folder, entry), { recursive: true, force: true })
  }

  #write(file: string, content: object): void {
    writing(file, () => writeFileAtomic.sync(file, `${JSON.stringify(content, null, 2)}\n`))
  }
}

export const sweepStatusSchema = z
  .enum(['finished', 'failed', 'cancelled', 'running', 'interrupted', 'unreadable'])
  .describe(
    'Status of the sweep. `failed`: no trial finished. `running`: a process works on it. `interrupted`: no process works on it, and nothing says that it ended. `unreadable`: this version of twintune cannot read its sweep.json.',
  )

/** Sweep as its folder is found later, whether it came to an end or not. */
export interface RecordedSweep {
  readonly name: string
  /** Absolute path of the sweep's folder. */
  readonly path: string
  readonly status: z.output<typeof sweepStatusSchema>
  readonly started: SweepEventOf<'sweep-started'>
  readonly sweep: Sweep | null
}

/** Reads the sweep in a folder; `undefined` when the folder holds none. */
export function readSweep(folder: string): RecordedSweep | undefined {
  const started = readSweepStart(folder)
  if (started === null) return undefined
  const text = readRegular(path.join(folder, sweepFiles.sweep))
  const sweep = parseRecorded(text, sweepRecordSchema)
  const absolute = path.resolve(folder)
  return { name: path.basename(absolute), path: absolute, status: statusOf(), started, sweep }

  function statusOf(): RecordedSweep['status'] {
    if (isInUse(folder)) return 'running'
    if (text !== null && sweep === null) return 'unreadable'
    return sweep === null || sweep.status === 'running' ? 'interrupted' : sweep.status
  }
}

function readSweepStart(folder: string): SweepEventOf<'sweep-started'> | null {
  return parseRecorded(readFirstLine(path.join(folder, sweepFiles.events)), sweepStartedSchema)
}

/**
 * Finds the sweep that the user means: a folder, or a name or its unique beginning or ending below `runsDirectory`.
 *
 * @returns Path of its folder.
 * @throws TwintuneError COMPARISON_NOT_FOUND, with the sweeps to choose from.
 */
export function findSweep(named: string, runsDirectory: string): string {
  if (named !== '' && readSweep(named)) return named
  const entries = existsSync(runsDirectory) ? readdirSync(runsDirectory, { withFileTypes: true }) : []
  const sweeps = entries.filter(
    (entry) => entry.isDirectory() && isSweep(path.join(runsDirectory, entry.name)),
  )
  const [only, ...others] = fittingName(named, sweeps)
  if (only !== undefined && others.length === 0) return path.join(runsDirectory, only.name)
  const recent = sweeps.slice(-10).map(({ name }) => name)
  throw new TwintuneError({
    code: 'COMPARISON_NOT_FOUND',
    message:
      only === undefined
        ? `There is no sweep ${named} in ${runsDirectory}.`
        : `The names of several sweeps begin or end with ${named}.`,
    hint: sweeps.length > 0 ? `Choose one of: ${recent.join(', ')}` : null,
  })
}

/** Reads the record of a trial; `null` when it has none. */
export function readTrial(folder: string, run: TrialRun): TrialRecord | null {
  const folderOfTrial = path.join(folder, sweepFiles.folderOf(run))
  if (!isOwnFolder(folderOfTrial)) return null
  return parseRecorded(readRegular(path.join(folderOfTrial, sweepFiles.trial)), trialRecordSchema)
}

/** Reads the events by which trials began: they have the values of those too that never ended. */
export function readTrialStarts(folder: string) {
  return [...linesOf(path.join(folder, sweepFiles.events))]
    .filter((line) => line.startsWith('{"type":"trial-started"'))
    .flatMap((line) => parseRecorded(line, trialStartedSchema) ?? [])
}

/** Reads the events by which the comparisons of the final began. */
export function readFinalStarts(folder: string) {
  return [...linesOf(path.join(folder, sweepFiles.events))]
    .filter((line) => line.startsWith('{"type":"final-started"'))
    .flatMap((line) => parseRecorded(line, finalStartedSchema) ?? [])
}

function deleted(folder: string): TwintuneError {
  return new TwintuneError({
    code: 'FOLDER_UNWRITABLE',
    message: `${folder} was deleted or moved while twintune was at work in it.`,
    hint: 'Start the sweep anew, and leave its folder alone until it has ended.',
  })
}
