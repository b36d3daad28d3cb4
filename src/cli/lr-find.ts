import path from 'node:path'
import { findLearningRates } from '../api/find-learning-rates.js'
import { TwintuneError } from '../failure.js'
import type { LrFindLine } from '../lines/lr-find.js'
import { renderOptionsFor } from '../log/output.js'
import { sweepProgressPrinter } from '../log/sweep-progress.js'
import { renderLearningRatePlot } from '../page/charts/learning-rate-plot.js'
import { writePage } from '../page/write-page.js'
import { renderSweeps } from '../report/learning-rate-table.js'
import { writing } from '../run/folder/writing.js'
import { accessFolder, makeFolders } from '../run/machine/folders.js'
import type { SweepRange } from '../run/one-off/sweep-range.js'
import type { Framework } from '../spec/schema.js'
import { visible } from '../visible.js'
import type { CommandContext, SpecOptions } from './context.js'
import { exitCodes } from './exit-code.js'
import { loadSpec } from './load-spec.js'
import { warnOfCache } from './warn-of-cache.js'

export interface LrFindOptions extends SpecOptions, SweepRange {
  readonly out: string
  /** Framework to sweep; without it, all frameworks of the specification are swept. */
  readonly framework?: Framework
}

/** Carries out `twintune lr-find SPEC`: sweeps the learning rate of the first phase, suggests one and plots the curves. */
export async function lrFindCommand(
  spec: string,
  options: LrFindOptions,
  { stdout, stderr, streams, signal, cwd }: CommandContext,
): Promise<number> {
  const { start, end, steps, out, framework, json = false, quiet = false } = options
  if (end <= start) throw notAbove(start, end)
  const experiment = await loadSpec(spec, options, { cwd, signal })
  warnOfCache({ stderr })
  const folder = path.resolve(cwd, out)
  // The folder is made before the work, which takes minutes and would be lost without it.
  writing(folder, () => {
    makeFolders(folder)
    accessFolder(folder)
  })
  const sweeps = await findLearningRates(experiment, {
    ...{ start, end, steps, signal },
    frameworks: framework ? [framework] : experiment.frameworks,
    onProgress: sweepProgressPrinter(stderr, quiet),
  })
  const plot = path.join(folder, `${experiment.name}-lr-find.svg`)
  if (json) {
    for (const sweep of sweeps) {
      const line: LrFindLine = { type: 'learning-rate-found', ...sweep, plot }
      stdout(JSON.stringify(line))
    }
  } else {
    stdout(renderSweeps(visible(sweeps), visible(plot), renderOptionsFor(streams.stdout)))
  }
  // Written last, so that a full disk costs no figure.
  writePage(plot, renderLearningRatePlot(visible(experiment.name), sweeps))
  return exitCodes.done
}

function notAbove(start: number, end: number): TwintuneError {
  return new TwintuneError({
    code: 'SPEC_INVALID',
    message: `--end must be above --start, and ${end} is not above ${start}.`,
    hint: 'For example --start 1e-7 --end 10.',
  })
}
