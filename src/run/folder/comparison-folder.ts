import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { stringify } from 'yaml'
import * as z from 'zod'
import type { Comparison } from '../../compare/comparison.js'
import type { DisagreementDetails } from '../../compare/disagreement.js'
import { type Judgement, judgementSchema } from '../../compare/judgement.js'
import type { Event } from '../../events.js'
import type { Run } from '../../plan/plan-runs.js'
import type { RunResult } from '../../protocol/result.js'
import type { Experiment, Framework } from '../../spec/schema.js'
import type { Shard } from '../../spec/shard.js'
import { makeFolders } from '../machine/folders.js'
import type { MachineRecord } from '../machine/record.js'
import { EventFile } from './event-file.js'
import { comparisonFiles } from './files.js'
import { FolderLock } from './lock.js'
import { readRegular, requireOwnFiles } from './regular-file.js'
import { sha256 } from './sha256.js'
import { withSeeds } from './specification.js'
import { writing } from './writing.js'

/** Folder of a comparison that is being carried out. All files but the events are written whole or not at all. */
export class ComparisonFolder {
  readonly path: string
  readonly #lock: FolderLock
  readonly #events: EventFile
  readonly #eventsOfRuns = new Map<string, EventFile>()

  private constructor(folder: string) {
    this.path = folder
    this.#lock = FolderLock.take(folder)
    this.#events = new EventFile(path.join(folder, comparisonFiles.events))
  }

  /** Makes a folder below `runsDirectory`, named after the experiment, its shard and the time, with the resolved spec in it. */
  static create(runsDirectory: string, experiment: Experiment, shard: Shard | null = null): ComparisonFolder {
    return writing(runsDirectory, () => {
      makeFolders(path.resolve(runsDirectory))
      const folder = path.join(path.resolve(runsDirectory), folderName(experiment.name, shard))
      mkdirSync(folder)
      // The file's own schema reference is relative to where that file lay.
      const { $schema: _, ...resolved } = experiment
      writeFileAtomic.sync(path.join(folder, comparisonFiles.spec), stringify(resolved))
      return new ComparisonFolder(folder)
    })
  }

  /**
   * Opens a folder to go on in it: events are appended.
   *
   * @throws TwintuneError COMPARISON_IN_USE when another process is at work in it, COMPARISON_NOT_RESUMABLE when it has
   *   links in it.
   */
  static reopen(folder: string): ComparisonFolder {
    return writing(folder, () => {
      requireOwnFiles(folder)
      return new ComparisonFolder(folder)
    })
  }

  /** Writes a comparison's seeds into its spec.yaml, where they aren't there yet. All else in it stays. */
  writeSeeds(seeds: readonly number[]): void {
    const file = path.join(this.path, comparisonFiles.spec)
    const before = readRegular(file) ?? ''
    const text = withSeeds(before, seeds)
    if (text !== before) writing(file, () => writeFileAtomic.sync(file, text))
  }

  /** Deletes the result of the comparison, which no longer stands once its runs go on. */
  discardComparison(): void {
    const { comparison, disagreements, thumbnails, report, markdown } = comparisonFiles
    writing(this.path, () => {
      for (const outdated of [comparison, disagreements, thumbnails, report, markdown]) {
        rmSync(path.join(this.path, outdated), { force: true, recursive: true })
      }
    })
  }

  /** Marks the folder as one that runs are copied into, so that it can be told from one with something to lose. */
  markMerging(): void {
    writing(this.path, () => writeFileSync(path.join(this.path, comparisonFiles.merging), ''))
  }

  /** Takes the mark of `markMerging` away. */
  unmarkMerging(): void {
    writing(this.path, () => rmSync(path.join(this.path, comparisonFiles.merging), { force: true }))
  }

  /** Path of a run's own folder, which is made with the run's first event. */
  folderOf(run: Run): string {
    return path.join(this.path, comparisonFiles.folderOf(run))
  }

  /** Path of the answers that the model of a finished run gave in the test. */
  predictionsOf(run: Run): string {
    return path.join(this.folderOf(run), comparisonFiles.predictions)
  }

  /** Path of the log of a framework's Python. Pythons that work side by side are numbered from 1. */
  logFileOf(framework: Framework, number: number): string {
    return path.join(this.path, number === 1 ? `${framework}.log` : `${framework}-${number}.log`)
  }

  /** Appends an event to those of the comparison, and to those of its run where it belongs to one. */
  append(event: Event): void {
    writing(this.path, () => {
      this.#events.append(event)
      if ('framework' in event && 'seed' in event && event.framework && event.seed !== undefined) {
        this.#eventsOf({ ...event, framework: event.framework, seed: event.seed }).append(event)
      }
    })
  }

  /** Appends lines of events that another folder has, to those of the comparison alone. */
  appendLines(lines: Iterable<string>): void {
    writing(this.path, () => {
      for (const line of lines) this.#events.appendLine(line)
    })
  }

  writeResult(result: RunResult): void {
    const folder = this.folderOf(result)
    this.#makeFolderOf(result)
    this.#write(path.join(folder, comparisonFiles.result), result)
  }

  writeJudgement(run: Run, judgement: Judgement): void {
    const sealed = { ...judgement, checksum: checksumOf(judgement) }
    this.#write(path.join(this.folderOf(run), comparisonFiles.judgement), sealed)
  }

  /**
   * Reads the judgement of a run by the other framework; `null` when there is none, it can't be read, or it isn't what was
   * written.
   */
  readJudgement(run: Run): Judgement | null {
    const file = path.join(this.folderOf(run), comparisonFiles.judgement)
    const text = readRegular(file)
    if (text === null) return null
    const { data } = sealedJudgementSchema.safeParse(parseJson(text))
    if (!data) return null
    const { checksum, ...judgement } = data
    return checksum === checksumOf(judgement) ? judgement : null
  }

  /** Deletes the judgement of a run that is carried out anew. */
  discardJudgement(run: Run): void {
    const file = path.join(this.folderOf(run), comparisonFiles.judgement)
    writing(file, () => rmSync(file, { force: true }))
  }

  /** Deletes the checkpoints of a run that has finished. Those that can't be deleted stay for `twintune prune`. */
  discardCheckpoints(run: Run): void {
    try {
      rmSync(path.join(this.folderOf(run), comparisonFiles.checkpoints), { recursive: true, force: true })
    } catch {}
  }

  writeComparison(comparison: Comparison): void {
    this.#write(path.join(this.path, comparisonFiles.comparison), comparison)
  }

  writeDisagreements(disagreements: DisagreementDetails): void {
    this.#write(path.join(this.path, comparisonFiles.disagreements), disagreements)
  }

  writeMachine(machine: MachineRecord): void {
    this.#write(path.join(this.path, comparisonFiles.environment), machine)
  }

  close(): void {
    for (const file of [this.#events, ...this.#eventsOfRuns.values()]) file.close()
    this.#eventsOfRuns.clear()
    this.#lock.release()
  }

  #write(file: string, content: object): void {
    writing(file, () => writeFileAtomic.sync(file, `${JSON.stringify(content, null, 2)}\n`))
  }

  // Alone, without the comparison's folder: one that was deleted does not come back with a single run in it.
  #makeFolderOf(run: Run): void {
    const folder = this.folderOf(run)
    if (!existsSync(folder)) writing(this.path, () => mkdirSync(folder))
  }

  #eventsOf(run: Run): EventFile {
    const key = comparisonFiles.folderOf(run)
    const known = this.#eventsOfRuns.get(key)
    if (known) return known
    this.#makeFolderOf(run)
    const file = new EventFile(path.join(this.folderOf(run), comparisonFiles.events))
    this.#eventsOfRuns.set(key, file)
    return file
  }
}

const sealedJudgementSchema = judgementSchema.extend({ checksum: z.string() })

/** Hashes a judgement, so that a digit which was changed in its file is noticed. */
function checksumOf(judgement: Judgement): string {
  // By the schema, so that the fields' order is one.
  const text = JSON.stringify(judgementSchema.parse(judgement))
  return sha256(text)
}

// A file that was cut short counts as absent.
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const suffixAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** Makes a name as NAME-YYYYMMDD-HHMMSS-xxxx in UTC, so that names sort by time; the end tells two of one second apart. */
export function folderName(experimentName: string, shard: Shard | null = null): string {
  const [date, time] = new Date()
    .toISOString()
    .replaceAll(/[-:]|\..*/g, '')
    .split('T')
  const suffix = Array.from({ length: 4 }, () => suffixAlphabet[randomInt(suffixAlphabet.length)]).join('')
  const share = shard === null ? '' : `-shard${shard.number}of${shard.of}`
  return `${experimentName}${share}-${date}-${time}-${suffix}`
}
