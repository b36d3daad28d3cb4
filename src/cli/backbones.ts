import { backbones } from '../api/backbones.js'
import { renderOptionsFor } from '../log/output.js'
import { renderBackbones } from '../report/backbones.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'

export interface BackbonesOptions extends OutputOptions {
  readonly stages?: boolean
  readonly differences?: boolean
}

/** Carries out `twintune backbones`: what can be compared. */
export async function backbonesCommand(
  { json, stages = false, differences = false }: BackbonesOptions,
  context: CommandContext,
): Promise<number> {
  const lines = backbones()
  if (json) for (const line of lines) context.stdout(JSON.stringify(line))
  else
    context.stdout(renderBackbones(lines, { stages, differences }, renderOptionsFor(context.streams.stdout)))
  return exitCodes.done
}
