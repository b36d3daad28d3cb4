import { closeSync, constants, writeSync } from 'node:fs'
import path from 'node:path'
import { stringify } from 'csv-stringify/sync'
import type { Run } from '../plan/plan-runs.js'
import type { TrackRecord } from '../protocol/track.js'
import { comparisonFiles } from '../run/folder/files.js'
import { openRegular } from '../run/folder/regular-file.js'

const { O_CREAT, O_TRUNC, O_WRONLY } = constants

const columns = ['framework', 'seed', 'repeat', 'phase', 'epoch', 'step', 'metric', 'value']

/** `metrics.csv` in a comparison's folder: a row for each value of a metric. It is written anew from the first event. */
export class CsvFile {
  readonly file: string
  readonly #descriptor: number
  readonly #runs = new Map<string, Run>()

  /** @throws The system's error, or TwintuneError COMPARISON_NOT_FOUND where something else has that name. */
  constructor(folder: string) {
    this.file = path.join(folder, comparisonFiles.metrics)
    this.#descriptor = openRegular(this.file, O_WRONLY | O_CREAT | O_TRUNC)
    this.#write([columns])
  }

  /** @throws The system's error. */
  tell(record: TrackRecord): void {
    if (record.type === 'run') this.#runs.set(record.name, record)
    if (record.type !== 'points') return
    const run = this.#runs.get(record.run)
    this.#write(
      record.points.map(({ phase, epoch, step, metric, value }) => [
        run?.framework,
        run?.seed,
        run?.repeat ? 1 : 0,
        phase,
        epoch,
        step,
        metric,
        value,
      ]),
    )
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #write(rows: readonly (readonly unknown[])[]): void {
    const bytes = Buffer.from(stringify([...rows] as unknown[][]))
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written)
  }
}
