import type { Command } from 'commander'
import { defaultRunsDirectory } from '../../run/folder/files.js'
import type { DataOptions } from '../data.js'
import type { LrFindOptions } from '../lr-find.js'
import {
  addLadderOptions,
  addOptionalFrameworkOption,
  addOutputOptions,
  addSpecOptions,
  addSweepOptions,
} from '../options.js'
import type { ValidateOptions } from '../validate.js'
import type { VerifyCommandOptions } from '../verify.js'
import { type CommandLine, example } from './command-line.js'

/** Declares the commands that look at an experiment before it is carried out. */
export function declareCheck(program: Command, { run, context }: CommandLine): void {
  program.commandsGroup('Check an experiment:')

  const validate = program
    .command('validate <spec>')
    .description('report everything that is wrong with a specification and its data')
    .option('--no-data', 'check the specification alone, and not its data')
    .action((spec: string, options: ValidateOptions) =>
      run(async () => (await import('../validate.js')).validateCommand(spec, options, context)),
    )
  addOutputOptions(addSpecOptions(validate)).addHelpText(
    'after',
    example('twintune validate experiment.yaml'),
  )

  const data = program
    .command('data <spec>')
    .description('describe the data: classes, splits, sizes, duplicates and problems')
    .option('--sheet <file>', 'draw the images as the network sees them in training into a PNG file')
    .action((spec: string, options: DataOptions) =>
      run(async () => (await import('../data.js')).dataCommand(spec, options, context)),
    )
  addOutputOptions(addSpecOptions(data, { firstSeedAlone: true })).addHelpText(
    'after',
    example('twintune data experiment.yaml --sheet sheet.png'),
  )

  const lrFind = program
    .command('lr-find <spec>')
    .description('sweep the learning rate of the first phase, and suggest one for each framework')
    .action((spec: string, options: LrFindOptions) =>
      run(async () => (await import('../lr-find.js')).lrFindCommand(spec, options, context)),
    )
  addSweepOptions(addOptionalFrameworkOption(addSpecOptions(lrFind, { firstSeedAlone: true }))).option(
    '--out <folder>',
    'folder that the plot is written to',
    defaultRunsDirectory,
  )
  addOutputOptions(lrFind).addHelpText('after', example('twintune lr-find experiment.yaml'))

  const verify = program
    .command('verify <spec>')
    .description(
      'climb the parity ladder, then carry out short runs: check that both frameworks compute the same; in idiomatic mode, list the differences',
    )
    .action((spec: string, options: VerifyCommandOptions) =>
      run(async () => (await import('../verify.js')).verifyCommand(spec, options, context)),
    )
  addLadderOptions(addSpecOptions(verify, { firstSeedAlone: true }))
    .option('--out <folder>', 'folder that the report is written to', defaultRunsDirectory)
    .option('--no-report', 'write no report')
  addOutputOptions(verify).addHelpText(
    'after',
    example('twintune verify experiment.yaml --perturb adam-epsilon'),
  )
}
