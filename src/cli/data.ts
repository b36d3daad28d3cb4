import path from 'node:path'
import { describeData } from '../api/describe-data.js'
import type { DataLine } from '../lines/data.js'
import { renderOptionsFor } from '../log/output.js'
import { ProgressLine } from '../log/progress-line.js'
import { renderData } from '../report/data.js'
import { formatCount } from '../report/format.js'
import { visible } from '../visible.js'
import type { CommandContext, SpecOptions } from './context.js'
import { exitCodes } from './exit-code.js'
import { loadSpec } from './load-spec.js'
import { warnOfCache } from './warn-of-cache.js'

export interface DataOptions extends SpecOptions {
  readonly sheet?: string
}

/** Carries out `twintune data SPEC`: what is in the data, split as a run would split them, and what is wrong with them. */
export async function dataCommand(
  spec: string,
  options: DataOptions,
  { stdout, stderr, streams, signal, cwd }: CommandContext,
): Promise<number> {
  const { json = false, quiet = false, sheet } = options
  const experiment = await loadSpec(spec, options, { cwd, signal })
  warnOfCache({ stderr })
  const line = new ProgressLine(streams.stderr, quiet)
  try {
    const description = await describeData(experiment, {
      signal,
      ...(sheet !== undefined && { sheet: path.resolve(cwd, sheet) }),
      onProgress: ({ done, total }) =>
        line.show(`checking images: ${formatCount(done)} of ${formatCount(total)}`),
    })
    line.clear()
    const usable = experiment.dataset.onCorrupt === 'skip' || description.unreadable.length === 0
    const found: DataLine = { type: 'data', experiment: experiment.name, usable, ...description }
    stdout(json ? JSON.stringify(found) : renderData(visible(found), renderOptionsFor(streams.stdout)))
    if (sheet !== undefined && !quiet) stderr(`Contact sheet: ${sheet}`)
    return usable ? exitCodes.done : exitCodes.runFailed
  } finally {
    line.clear()
  }
}
