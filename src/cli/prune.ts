import type { PrunedLine } from '../lines/prune.js'
import { renderOptionsFor } from '../log/output.js'
import { renderPruned } from '../report/prune.js'
import { writableCache } from '../run/machine/cache-directory.js'
import { deleteLeftovers, findLeftovers } from '../run/one-off/leftovers.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'

export interface PruneOptions extends OutputOptions {
  readonly out: string
  readonly dryRun?: boolean
}

/** Carries out `twintune prune`: deletes checkpoints of finished runs, and what killed processes have left. */
export async function pruneCommand(
  { json = false, out, dryRun = false }: PruneOptions,
  { stdout, streams, env }: CommandContext,
): Promise<number> {
  const leftovers = await findLeftovers(out, writableCache(env).folder)
  const deleted = dryRun ? [] : deleteLeftovers(leftovers)
  const lines = leftovers.map(
    (leftover): PrunedLine => ({
      ...{ type: 'pruned', kind: leftover.kind, path: leftover.path, bytes: leftover.bytes },
      deleted: deleted.includes(leftover),
    }),
  )
  if (json) for (const line of lines) stdout(JSON.stringify(line))
  else stdout(renderPruned(visible(lines), dryRun, renderOptionsFor(streams.stdout)))
  return exitCodes.done
}
