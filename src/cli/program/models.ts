import type { Command } from 'commander'
import type { EjectCommandOptions } from '../eject.js'
import type { ExportOptions } from '../export.js'
import { addEjectOptions, addExportOptions, addPredictOptions } from '../model-options.js'
import { addOutOption, addOutputOptions, addRunsFolderOption } from '../options.js'
import type { PredictCommandOptions } from '../predict.js'
import { type CommandLine, example } from './command-line.js'

/** Declares the commands that use trained models, or make scripts that train them. */
export function declareModels(program: Command, { run, context }: CommandLine): void {
  program.commandsGroup('Models:')

  const predict = program
    .command('predict <run> [images...]')
    .description(
      'predict the classes of images (files, folders, patterns, or paths on stdin) with the trained models of a comparison, given by its folder, its name, the beginning or end of its name, or `latest`',
    )
    .action((comparison: string, images: readonly string[], options: PredictCommandOptions) =>
      run(async () => (await import('../predict.js')).predictCommand(comparison, images, options, context)),
    )
  addOutputOptions(addPredictOptions(addOutOption(predict))).addHelpText(
    'after',
    example('twintune predict latest photos --top 3'),
  )

  const exporting = program
    .command('export <comparison>')
    .description(
      'export a trained model of a comparison, which is given by its folder, its name, the beginning or end of its name, or `latest`; each artefact is tested in its own runtime',
    )
    .action((comparison: string, options: ExportOptions) =>
      run(async () => (await import('../export.js')).exportCommand(comparison, options, context)),
    )
  addOutputOptions(addExportOptions(addRunsFolderOption(exporting))).addHelpText(
    'after',
    example('twintune export latest --format onnx --framework pytorch'),
  )

  const eject = program
    .command('eject <spec>')
    .description(
      'write the experiment as plain training scripts, one for each framework, that need no twintune and give the same weights',
    )
    .action((spec: string, options: EjectCommandOptions) =>
      run(async () => (await import('../eject.js')).ejectCommand(spec, options, context)),
    )
  addEjectOptions(eject).addHelpText('after', example('twintune eject experiment.yaml --out scripts'))
}
