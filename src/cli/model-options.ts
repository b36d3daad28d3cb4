import { type Command, Option } from 'commander'
import { exportFormatSchema } from '../protocol/export-format.js'
import { defaultBatchSize, defaultTop } from '../protocol/predict.js'
import {
  addOptionalFrameworkOption,
  addOutputOptions,
  addSetOption,
  frameworkOption,
  noCodeOption,
} from './options.js'
import { parseCount, parseFormats, parseSeed } from './parse-arguments.js'

/** Adds the options of predictions: whose they are, how many classes they name, and how they are printed. */
export function addPredictOptions(command: Command): Command {
  return command
    .addOption(frameworkOption('framework whose model predicts, instead of all that have finished the seed'))
    .option(
      '--seed <seed>',
      'seed whose models predict; without it, the first one that has finished',
      parseSeed,
    )
    .option(
      '--top <classes>',
      'largest number of classes that are printed for each image',
      parseCount,
      defaultTop,
    )
    .option(
      '--batch-size <images>',
      'number of images that go through a model at once',
      parseCount,
      defaultBatchSize,
    )
    .option(
      '--device <device>',
      'device that the models compute on: auto, cpu, gpu, or gpu:N for one of several GPUs',
      'auto',
    )
    .addOption(
      new Option(
        '--format <format>',
        'format of the predictions: a table for people, JSON lines as --json prints them, or CSV',
      )
        .choices(['table', 'jsonl', 'csv'])
        .default('table'),
    )
}

/** Adds the options of an export: its formats, whose model it is, and where it goes. */
export function addExportOptions(command: Command): Command {
  return command
    .requiredOption(
      '--format <formats>',
      `formats to export to, with commas between them: ${exportFormatSchema.options.join(', ')}`,
      parseFormats,
    )
    .addOption(
      frameworkOption('framework whose model is exported; needed where both export to all the formats'),
    )
    .option(
      '--seed <seed>',
      'seed whose model is exported; without it, the first one that has finished',
      parseSeed,
    )
    .option('--out <folder>', "folder of the export; without it, export in the run's folder")
}

/** Adds the options of `eject`. */
export function addEjectOptions(command: Command): Command {
  addOptionalFrameworkOption(addSetOption(command))
    .addOption(noCodeOption())
    .option('--seed <seed>', 'seed of the run that the scripts repeat, instead of the first one', parseSeed)
    .option('--out <folder>', 'folder that the scripts are written to', '.')
  return addOutputOptions(command)
}
