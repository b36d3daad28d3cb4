import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Comparison } from '../../compare/comparison.js'
import { expandShorthands } from '../../plan/expand-shorthands.js'
import { runRequest } from '../../plan/run-request.js'
import type { ExportFormat } from '../../protocol/export-format.js'
import { type ExportProgress, type ExportReply, exportModelMessage } from '../../protocol/export-model.js'
import { loadExperiment } from '../../spec/load.js'
import type { Experiment, Framework } from '../../spec/schema.js'
import { comparisonFiles } from '../folder/files.js'
import { findComparison } from '../folder/find.js'
import { writing } from '../folder/writing.js'
import { checkDataFiles } from '../input-files.js'
import { machineSurroundings } from '../machine/surroundings.js'
import { FrameworkWorker } from '../workers/framework-worker.js'
import { withTemporaryWorker } from '../workers/temporary-worker.js'
import { checkReplaceable, makeDraft, modelCard, replaceFolder } from './export-folder.js'
import { chooseFramework } from './export-formats.js'
import { findModels } from './find-model.js'

/** Trained model that was exported, with the artefacts and their tests. */
export interface ModelExport extends ExportReply {
  /** Absolute path of the comparison's folder. */
  readonly comparisonDirectory: string
  readonly framework: Framework
  readonly seed: number
  /** Absolute path of the folder of the export. */
  readonly folder: string
}

/** Trained model that was exported, as its model card tells of it. */
export interface DescribedExport extends Omit<ModelExport, 'folder' | 'comparisonDirectory'> {
  readonly experiment: Experiment
  readonly comparison: Comparison | null
}

export interface ExportWorkOptions {
  readonly framework?: Framework | undefined
  readonly seed?: number | undefined
  readonly formats: readonly ExportFormat[]
  /** Folder of the export; without it, `export` in the run's folder. */
  readonly out?: string | undefined
  /** Folder in which comparisons are looked for by name. */
  readonly runsDirectory: string
  /** Function that renders the model card. */
  readonly renderCard: (described: DescribedExport) => string
  readonly signal: AbortSignal
  readonly onProgress: (progress: ExportProgress) => void
}

/**
 * Exports the trained model of a finished run and tests each artefact in its own runtime. The folder is written whole or not
 * at all; an earlier export there is replaced.
 *
 * @throws TwintuneError When there is no such run, a format can't be had, the test images aren't those of the run any more, a
 * package is missing, or an artefact answers otherwise than the run.
 */
export async function carryOutExport(named: string, options: ExportWorkOptions): Promise<ModelExport> {
  const { formats, signal, onProgress } = options
  const comparison = await findComparison(named, options.runsDirectory)
  const frameworks = [...new Set(comparison.started.runs.map((run) => run.framework))]
  const framework = chooseFramework(formats, options.framework, frameworks)
  const [found] = findModels(comparison, { framework, seed: options.seed })
  const experiment = expandShorthands(await loadExperiment(path.join(comparison.path, comparisonFiles.spec)))
  checkDataFiles(experiment.dataset)
  const run = { framework, seed: found.seed }
  const runDirectory = path.join(comparison.path, comparisonFiles.folderOf(run))
  const folder = path.resolve(options.out ?? path.join(runDirectory, comparisonFiles.export))
  checkReplaceable(folder)
  const request = runRequest(experiment, run, {
    ...machineSurroundings({ featureCache: false }),
    ...{ runDirectory, resume: false, keepSteps: 'none' },
  })
  const draft = writing(folder, () => makeDraft(folder))
  try {
    const reply = await withTemporaryWorker(framework, async (worker) => {
      await FrameworkWorker.warmUp(worker, framework, { mode: experiment.mode, signal })
      const wanted = { run: request, formats: [...formats], folder: draft }
      return worker.request(exportModelMessage, wanted, { signal, onProgress })
    })
    const described = { ...run, ...reply, experiment, comparison: comparison.comparison }
    writing(folder, () => {
      writeFileSync(path.join(draft, modelCard), options.renderCard(described))
      replaceFolder(folder, draft)
    })
    return { comparisonDirectory: comparison.path, ...run, folder, ...reply }
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}
