import path from 'node:path'
import type { z } from 'zod'
import type { Comparison } from '../compare/comparison.js'
import { type DisagreementDetails, disagreementDetailsSchema } from '../compare/disagreement.js'
import { type Event, eventSchema } from '../events.js'
import { TwintuneError } from '../failure.js'
import { type EvaluationDetails, evaluationDetailsSchema } from '../protocol/evaluation.js'
import type { RunResult } from '../protocol/result.js'
import { findAltered } from '../run/folder/altered.js'
import { comparisonFiles } from '../run/folder/files.js'
import { parseRecorded, type RecordedComparison } from '../run/folder/read.js'
import { isOwnFolder, linesOf, readRegular } from '../run/folder/regular-file.js'
import { readTensorFile } from '../run/folder/tensor-file.js'
import { loadExperiment } from '../spec/load.js'
import type { Experiment, Framework } from '../spec/schema.js'

/** Name of a run within its comparison. */
export interface RunName {
  readonly framework: Framework
  readonly seed: number
  /** Mark of the second run of a framework and seed, which shows the noise. */
  readonly repeat?: true
}

/** Answers that a run's model gave in its test, image by image in the order of the test set. */
export interface Predictions {
  /** Class names, in the order of the logits. */
  readonly classes: readonly string[]
  /** Logits of each image: a row for an image, with a value for each class. */
  readonly logits: readonly (Float32Array | Float64Array)[]
  /** Index of each image's own class. */
  readonly labels: readonly number[]
}

/**
 * Comparison in a folder, as it was when it was read. What lies in files of their own is read when it is asked for. The folder
 * may be someone else's: links in it are not followed.
 */
export class SavedComparison {
  /** Name of the comparison's folder. */
  readonly name: string
  /** Absolute path of the comparison's folder. */
  readonly comparisonDirectory: string
  /** Name of the experiment. */
  readonly experiment: string
  readonly mode: Experiment['mode']
  /**
   * Status of the comparison. `running`: a process works on it. `interrupted`: no process works on it, and nothing says that it ended.
   * `unreadable`: it ended, and this version of twintune can't read its result.
   */
  readonly status: Comparison['status'] | 'running' | 'interrupted' | 'unreadable'
  /** Time when the comparison began in UTC, as ISO 8601. */
  readonly startedAt: string
  /** Name of the sweep whose best settings are compared here; null for any other comparison. */
  readonly sweep: string | null
  /** Result of the comparison; null unless it has ended and can be read. */
  readonly comparison: Comparison | null
  /** Results of the runs that ended, repeats last. */
  readonly results: readonly RunResult[]
  readonly #recorded: RecordedComparison

  /** @internal */
  constructor(recorded: RecordedComparison) {
    const { name, path: folder, started, status, comparison, results } = recorded
    this.name = name
    this.comparisonDirectory = folder
    this.experiment = started.experiment
    this.mode = started.mode
    this.status = status
    this.startedAt = started.time
    this.sweep = started.sweep ?? null
    this.comparison = comparison
    this.results = results
    this.#recorded = recorded
  }

  /**
   * Reads the specification that the comparison began with, with every default filled in.
   *
   * @throws TwintuneError When spec.yaml is gone, or this version of twintune can't read it.
   */
  specification(): Promise<Experiment> {
    return loadExperiment(this.#place(comparisonFiles.spec), { code: false })
  }

  /**
   * Reads the events of the comparison one by one, the first first. A line that is no event of this version of twintune is left out.
   *
   * @throws The system's error when the events can't be read.
   */
  *events(): Generator<Event, void, void> {
    for (const line of linesOf(this.#place(comparisonFiles.events))) {
      const event = parseRecorded(line, eventSchema)
      if (event) yield event
    }
  }

  /**
   * Reads a run's test in detail: scores by class, confusion matrix, largest losses and calibration.
   *
   * @throws TwintuneError COMPARISON_NOT_FOUND when the run has no such file.
   */
  evaluation(run: RunName): EvaluationDetails {
    return this.#read(this.#placeOf(run, comparisonFiles.evaluation), evaluationDetailsSchema)
  }

  /**
   * Reads the logits and labels of a run's test.
   *
   * @throws TwintuneError COMPARISON_NOT_FOUND when the run has none, PREDICTIONS_UNUSABLE when a file is not what was written.
   */
  predictions(run: RunName): Predictions {
    const { classes } = this.evaluation(run)
    const place = this.#placeOf(run, comparisonFiles.predictions)
    const file = readTensorFile(place)
    if (file === null) throw absent(place)
    const { logits, labels } = Object.fromEntries(file.tensors)
    const [images = 0, width = 0] = logits?.shape ?? []
    const values = logits?.values
    if (!labels || !values || values instanceof BigInt64Array || width !== classes.length)
      throw new TwintuneError({
        code: 'PREDICTIONS_UNUSABLE',
        message: `${place} does not have the logits of ${classes.length} classes.`,
      })
    return {
      classes,
      logits: Array.from({ length: images }, (_, row) => values.subarray(row * width, (row + 1) * width)),
      labels: Array.from(labels.values, Number),
    }
  }

  /**
   * Reads the test images that the two models of each seed take for different classes; null where there was nothing to compare.
   *
   * @throws The system's error when the file can't be read.
   */
  disagreements(): DisagreementDetails | null {
    return parseRecorded(readRegular(this.#place(comparisonFiles.disagreements)), disagreementDetailsSchema)
  }

  /**
   * Finds the results that aren't those which the events have: somebody has changed them since.
   *
   * @returns Names of the files within the comparison's folder.
   * @throws The system's error when the events can't be read.
   */
  altered(): string[] {
    return findAltered(this.#recorded)
  }

  #read<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> {
    const content = parseRecorded(readRegular(file), schema)
    if (content === null) throw absent(file)
    return content
  }

  #placeOf(run: RunName, file: string): string {
    const folder = this.#place(comparisonFiles.folderOf(run))
    if (!isOwnFolder(folder)) throw absent(folder)
    return path.join(folder, file)
  }

  #place(file: string): string {
    return path.join(this.comparisonDirectory, file)
  }
}

function absent(place: string): TwintuneError {
  return new TwintuneError({
    code: 'COMPARISON_NOT_FOUND',
    message: `There is no ${path.basename(place)} in ${path.dirname(place)} that could be read.`,
    hint: '`results` has the runs that ended; `status` says of each whether it finished.',
  })
}
