import { unlessCancelled } from '../cancellation.js'
import { type LoadOptions, loadExperiment } from '../spec/load.js'
import type { Experiment } from '../spec/schema.js'
import type { CommandContext } from './context.js'

/** Reads a command's specification, unless a signal comes first: one that is a program may take its time. */
export function loadSpec(
  file: string,
  options: Omit<LoadOptions, 'cwd'>,
  { cwd, signal }: Pick<CommandContext, 'cwd' | 'signal'>,
): Promise<Experiment> {
  return unlessCancelled(loadExperiment(file, { ...options, cwd }), signal)
}
