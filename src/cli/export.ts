import path from 'node:path'
import type { ExportLine } from '../lines/export.js'
import { renderOptionsFor } from '../log/output.js'
import { ProgressLine } from '../log/progress-line.js'
import { renderModelCard } from '../page/model-card.js'
import type { ExportFormat } from '../protocol/export-format.js'
import { renderExport } from '../report/export.js'
import { formatCount } from '../report/format.js'
import { carryOutExport } from '../run/one-off/export-model.js'
import type { Framework } from '../spec/schema.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'
import { warnOfCache } from './warn-of-cache.js'

export interface ExportOptions extends OutputOptions {
  readonly format: readonly ExportFormat[]
  readonly framework?: Framework
  readonly seed?: number
  /** Folder that holds the folders of comparisons. */
  readonly runs: string
  /** Folder of the export. */
  readonly out?: string
}

/** Carries out `twintune export COMPARISON --format F`: writes artefacts of a trained model, and tests each in its own runtime. */
export async function exportCommand(
  comparison: string,
  options: ExportOptions,
  { stdout, stderr, streams, signal, cwd }: CommandContext,
): Promise<number> {
  const { format: formats, framework, seed, runs, out, json = false, quiet = false } = options
  warnOfCache({ stderr })
  const line = new ProgressLine(streams.stderr, quiet)
  try {
    const exported = await carryOutExport(comparison, {
      ...{ framework, seed, formats, signal, renderCard: renderModelCard },
      out: out === undefined ? undefined : path.resolve(cwd, out),
      runsDirectory: path.resolve(cwd, runs),
      onProgress: (progress) =>
        line.show(
          progress.type === 'checked'
            ? `checking images: ${formatCount(progress.done)} of ${formatCount(progress.total)}`
            : `${progress.format}: ${progress.step === 'write' ? 'writing' : 'testing in its own runtime'}`,
        ),
    })
    line.clear()
    const told: ExportLine = { type: 'exported', ...exported }
    stdout(json ? JSON.stringify(told) : renderExport(visible(told), renderOptionsFor(streams.stdout)))
    return exitCodes.done
  } finally {
    line.clear()
  }
}
