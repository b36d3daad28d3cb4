import type { Command } from 'commander'
import type { RunningOptions } from '../carry-out-and-log.js'
import {
  addAddedSeedsOption,
  addCarryOutOptions,
  addChangedEvidenceOptions,
  addEvidenceOptions,
  addMergeOptions,
  addResumeOptions,
  addShardOption,
  addSweepRunOptions,
} from '../carry-out-options.js'
import type { CompareOptions } from '../compare.js'
import type { ExtendOptions } from '../extend.js'
import type { MergeCommandOptions } from '../merge.js'
import { addFrameworkOption, addSpecOptions } from '../options.js'
import type { SweepCommandOptions } from '../sweep.js'
import type { TrainOptions } from '../train.js'
import { type CommandLine, example } from './command-line.js'

/** Declares the commands that carry an experiment out, or go on with it. */
export function declareCarryOut(program: Command, { run, context }: CommandLine): void {
  program.commandsGroup('Carry an experiment out:')

  const compare = program
    .command('compare <spec>')
    .description('train and test every framework × seed, and compare the frameworks')
    .option(
      '--noise',
      'carry every run out twice with the same seed, to see the noise of floating-point arithmetic',
    )
    .action((spec: string, options: CompareOptions) =>
      run(async () => (await import('../compare.js')).compareCommand(spec, options, context)),
    )
  addEvidenceOptions(addCarryOutOptions(addShardOption(compare))).addHelpText(
    'after',
    example('twintune compare experiment.yaml --set training.batchSize=64'),
  )

  const train = program
    .command('train <spec>')
    .description('train and test one framework, a run for each seed')
    .action((spec: string, options: TrainOptions) =>
      run(async () => (await import('../train.js')).trainCommand(spec, options, context)),
    )
  addCarryOutOptions(addFrameworkOption(train)).addHelpText(
    'after',
    example('twintune train experiment.yaml --framework pytorch --seeds 3'),
  )

  const resume = program
    .command('resume <comparison>')
    .description(
      'resume an interrupted comparison or sweep, given by its folder, its name, the beginning or end of its name, or `latest`; its evidence stays as it began unless options change it',
    )
    .action((folder: string, options: RunningOptions) =>
      run(async () => (await import('../resume.js')).resumeCommand(folder, options, context)),
    )
  addChangedEvidenceOptions(addResumeOptions(resume)).addHelpText('after', example('twintune resume latest'))

  const extend = program
    .command('extend <comparison>')
    .description(
      'add seeds to a comparison, given as for `resume`: carry out what is missing in its folder, and compare anew',
    )
    .action((folder: string, options: ExtendOptions) =>
      run(async () => (await import('../extend.js')).extendCommand(folder, options, context)),
    )
  addChangedEvidenceOptions(addResumeOptions(addAddedSeedsOption(extend))).addHelpText(
    'after',
    example('twintune extend latest --seeds 6..11'),
  )

  const merge = program
    .command('merge <comparison...>')
    .description(
      'join the runs of several comparisons in a new folder and compare all of them: the shards of one, or comparisons that differ by their seeds alone, each given as for `resume`',
    )
    .action((comparisons: readonly string[], options: MergeCommandOptions) =>
      run(async () => (await import('../merge.js')).mergeCommand(comparisons, options, context)),
    )
  addMergeOptions(merge).addHelpText('after', example('twintune merge shards/*'))
  const sweep = program
    .command('sweep [spec]')
    .description(
      "try the settings that the specification's `sweep` names in each framework, and compare the best over fresh seeds",
    )
    .action((spec: string | undefined, options: SweepCommandOptions) =>
      run(async () => (await import('../sweep.js')).sweepCommand(spec, options, context)),
    )
  addSweepRunOptions(addSpecOptions(sweep)).addHelpText(
    'after',
    example('twintune sweep experiment.yaml --trials 40'),
  )
}
