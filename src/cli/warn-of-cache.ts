import { writableCache } from '../run/machine/cache-directory.js'
import { visible } from '../visible.js'
import type { CommandContext } from './context.js'

/** Says which cache folder a command uses that leaves no events, where it isn't the one that was asked for. */
export function warnOfCache({ stderr }: Pick<CommandContext, 'stderr'>): void {
  const { warning } = writableCache()
  if (warning !== null) stderr(`warning ${visible(warning)}`)
}
