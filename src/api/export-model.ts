import { type CancelSignal, refuseIfAborted, withAbortSignal } from '../cancellation.js'
import { type ExportFormat, exportFormatSchema } from '../protocol/export-format.js'
import { defaultRunsDirectory } from '../run/folder/files.js'
import type { ModelExport } from '../run/one-off/export-model.js'
import type { Framework } from '../spec/schema.js'
import { checkFramework, checkOptionNames, requireChoice, requireText } from './arguments.js'
import type { FindOptions } from './find-options.js'

/** Options of an export: which trained model of a comparison, to which formats, and where. */
export interface ExportOptions extends FindOptions {
  /** Format, or several. */
  readonly format: ExportFormat | readonly ExportFormat[]
  /**
   * Framework whose model is exported.
   * @defaultValue the only framework of the comparison that exports to all the formats
   */
  readonly framework?: Framework | undefined
  /**
   * Seed whose model is exported.
   * @defaultValue the first one that has finished
   */
  readonly seed?: number | undefined
  /**
   * Folder of the export, which is written whole or not at all; an earlier export there is replaced.
   * @defaultValue `export` in the run's folder
   */
  readonly out?: string | undefined
  /** Signal that cancels when it is aborted. */
  readonly signal?: CancelSignal | undefined
}

/**
 * Exports a trained model to formats that are used without twintune. Each artefact is run on the run's test images in its own
 * runtime, in a process that doesn't import twintune, and must take every image for the class that the run took it for, but
 * for ties within rounding, which are listed.
 *
 * @param comparison - Folder, name, beginning or ending of a name, or `latest`.
 * @throws TwintuneError When there is no such run, the framework doesn't export to a format, the test images aren't those of the
 * run any more, a package is missing, or an artefact disagrees with the run.
 * @example
 * const { folder, artefacts } = await exportModel('latest', { framework: 'pytorch', format: 'onnx' })
 */
export async function exportModel(comparison: string, options: ExportOptions): Promise<ModelExport> {
  const example = "exportModel('latest', { framework: 'pytorch', format: 'onnx' })"
  requireText('exportModel', comparison, example)
  checkOptionNames<ExportOptions>('exportModel', options, {
    format: true,
    framework: true,
    seed: true,
    out: true,
    runsDirectory: true,
    signal: true,
  })
  const { format, framework, seed, out, runsDirectory = defaultRunsDirectory, signal } = options
  refuseIfAborted(signal)
  const formats: readonly ExportFormat[] = Array.isArray(format) ? format : [format]
  for (const each of formats) requireChoice('format', each, exportFormatSchema.options)
  checkFramework(framework)
  const { carryOutExport } = await import('../run/one-off/export-model.js')
  const { renderModelCard } = await import('../page/model-card.js')
  return withAbortSignal(signal, (abort) =>
    carryOutExport(comparison, {
      ...{ framework, seed, out, runsDirectory, renderCard: renderModelCard, signal: abort },
      formats,
      onProgress: () => {},
    }),
  )
}
