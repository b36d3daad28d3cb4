import type { EjectedScripts, EjectOptions } from '../eject/eject.js'
import type { Experiment } from '../spec/schema.js'
import { checkFramework, checkOptionNames, requireExperiment } from './arguments.js'

/**
 * Writes an experiment as plain training scripts, one for each framework, that need no twintune. With `deterministic`
 * they give the metrics and the weights of the run with that seed to the last bit, on the same machine and versions.
 * Nothing is started and no file is written.
 *
 * @throws SpecError When an option of the experiment can't be ejected, with an issue for each.
 */
export async function eject(experiment: Experiment, options: EjectOptions = {}): Promise<EjectedScripts> {
  requireExperiment('eject', experiment)
  checkOptionNames<EjectOptions>('eject', options, { framework: true, seed: true, directory: true })
  checkFramework(options.framework)
  const { ejectScripts } = await import('../eject/eject.js')
  return ejectScripts(experiment, options)
}
