import { type Command, Option } from 'commander'
import { defaultEvidence, evidenceSchema } from '../compare/evidence.js'
import { frameworkNames } from '../framework-names.js'
import type { ComparisonListedLine } from '../lines/comparison.js'
import { exportFormatSchema } from '../protocol/export-format.js'
import { perturbationSchema } from '../protocol/perturbation.js'
import { defaultRunsDirectory } from '../run/folder/files.js'
import { defaultRange } from '../run/one-off/sweep-range.js'
import {
  collect,
  collectTrackers,
  parseAddedSeeds,
  parseCount,
  parseFormats,
  parseMinutes,
  parseParallel,
  parsePort,
  parseRate,
  parseSeed,
  parseSteps,
} from './parse-arguments.js'

/** Adds `--json` and `--quiet`, which every command takes. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('--json', 'print machine-readable lines on stdout, and messages for people on stderr')
    .option('--quiet', 'print only problems and the result')
}

/** Adds `--out`, for the commands that write or read the folders of comparisons. */
export function addOutOption(command: Command): Command {
  return command.option(
    '--out <folder>',
    'folder that holds the folders of comparisons',
    defaultRunsDirectory,
  )
}

/** Adds `--set`, `--seeds` and `--no-code`, for the commands that read a specification. */
export function addSpecOptions(
  command: Command,
  { firstSeedAlone = false }: { readonly firstSeedAlone?: boolean } = {},
): Command {
  const only = firstSeedAlone ? '; only the first seed is used' : ''
  return addSetOption(command)
    .option('--seeds <seeds>', `override the seeds: 0..5, or 0,3,7, or 3${only}`)
    .addOption(noCodeOption())
}

/** Adds the options of `eject`. */
export function addEjectOptions(command: Command): Command {
  addOptionalFrameworkOption(addSetOption(command))
    .addOption(noCodeOption())
    .option('--seed <seed>', 'seed of the run that the scripts repeat, instead of the first one', parseSeed)
    .option('--out <folder>', 'folder that the scripts are written to', '.')
  return addOutputOptions(command)
}

function addSetOption(command: Command): Command {
  return command.option('--set <path=value>', 'override a field of the specification (repeatable)', collect)
}

function noCodeOption(): Option {
  return new Option(
    '--no-code',
    'refuse a specification in TypeScript or JavaScript, which is a program that runs with your rights',
  )
}

/** Adds the options of a command that carries an experiment out. */
export function addCarryOutOptions(command: Command): Command {
  return addResumeOptions(addSpecOptions(command)).option(
    '--profile',
    'time the parts of a training step after each run: transfer, forward, backward, optimizer',
  )
}

/** Adds the options of the evidence for which one framework does again what the other did. */
export function addEvidenceOptions(command: Command): Command {
  return command
    .addOption(replayOption().default(defaultEvidence.replay))
    .option('--no-cross-evaluation', "leave each framework's models untested by the other")
}

/** Adds the same options to a command whose comparison has its own evidence, which is kept unless they are given. */
export function addChangedEvidenceOptions(command: Command): Command {
  return command
    .addOption(replayOption())
    .option('--cross-evaluation', "have each framework's models tested by the other")
    .option('--no-cross-evaluation', "leave each framework's models untested by the other")
}

/** Adds `--seeds`, for the command that adds seeds to a comparison. */
export function addAddedSeedsOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--seeds <seeds>',
      'seeds to add: 6..11, or 6,8,9, or 6; those that are there already are passed over',
    )
      .argParser(parseAddedSeeds)
      .makeOptionMandatory(),
  )
}

/** Adds the options of a command that resumes a comparison, whose specification is in its folder. */
export function addResumeOptions(command: Command): Command {
  addOutOption(command)
    .option(
      '--parallel <runs>',
      'number of runs at the same time; with more than one, times can no longer be compared',
      parseParallel,
      1,
    )
    .option(
      '--no-feature-cache',
      'compute the features of a frozen backbone anew, and keep none for other runs',
    )
    .option(
      '--hang-timeout <minutes>',
      'end a Python that neither reports nor computes anything for so long; without it there is a warning after two minutes',
      parseMinutes,
    )
  addTrackOption(addServeOption(addDetailsOption(command)))
    .option('--no-report', 'write no report.html and no report.md')
    .option('--keep-checkpoints', 'keep the checkpoints of finished runs when the comparison has ended')
  return addOutputOptions(command)
}

/** Adds `--serve`, for the commands that carry a comparison out, and where its page is served. */
function addServeOption(command: Command): Command {
  const { port, host } = addressOptions()
  return command
    .option('--serve', 'show the comparison live on a page for the browser, whose address is printed')
    .addOption(port.implies({ serve: true }))
    .addOption(host.implies({ serve: true }))
}

/** Adds `--track` and `--track-models`, for the commands that carry a comparison out. */
function addTrackOption(command: Command): Command {
  const trackers = trackersOption('--track <trackers>', 'trackers that get the metrics as they come')
  return addTrackModelsOption(command.addOption(trackers))
}

/** Adds `--to` and `--track-models`, for the command that sends trackers a comparison that is there already. */
export function addTrackersOption(command: Command): Command {
  const trackers = trackersOption('--to <trackers>', 'trackers that get the comparison')
  return addTrackModelsOption(command.addOption(trackers.makeOptionMandatory()))
}

function trackersOption(flags: string, description: string): Option {
  const kinds =
    'csv, tensorboard, mlflow or mlflow=URI, wandb or wandb=PROJECT; several with commas (repeatable)'
  return new Option(flags, `${description}: ${kinds}`).env('TWINTUNE_TRACK').argParser(collectTrackers)
}

function addTrackModelsOption(command: Command): Command {
  return command.option(
    '--track-models',
    'have MLflow keep the trained models too, as artefacts of their runs',
  )
}

/** Adds `--port` and `--host`, for a command whose work is to serve pages. */
export function addAddressOptions(command: Command): Command {
  const { port, host } = addressOptions()
  return command.addOption(port).addOption(host)
}

function addressOptions() {
  return {
    port: new Option('--port <port>', 'port of the page; without it, any free one').argParser(parsePort),
    host: new Option(
      '--host <address>',
      'address of this machine to serve the page on; without it, 127.0.0.1, which no other machine reaches',
    ),
  }
}

/** Adds `--details`, for the commands that print a report. */
export function addDetailsOption(command: Command): Command {
  return command.option(
    '--details',
    'print the report in full: each seed, all parts of the time, the evidence of every row',
  )
}

/** Adds `--framework`, for the commands that are about one framework. */
export function addFrameworkOption(command: Command): Command {
  return command.addOption(frameworkOption('framework to train').makeOptionMandatory())
}

/** Adds `--framework`, for the commands that may be about one framework or all. */
export function addOptionalFrameworkOption(command: Command): Command {
  return command.addOption(frameworkOption('framework to use, instead of all that the specification names'))
}

/** Adds the options of a learning-rate sweep: its first and last rate, and its steps. The defaults are fastai's. */
export function addSweepOptions(command: Command): Command {
  return command
    .option('--start <rate>', 'learning rate that the sweep starts at', parseRate, defaultRange.start)
    .option('--end <rate>', 'learning rate that the sweep goes to', parseRate, defaultRange.end)
    .option('--steps <steps>', 'number of steps of the sweep', parseSteps, defaultRange.steps)
}

/** Adds the options that leave comparisons out of a list. */
export function addListFilters(command: Command): Command {
  return command
    .addOption(new Option('--status <status>', 'list only the comparisons of this status').choices(statuses))
    .option('--name <text>', "list only the comparisons with this text in their folder's name")
    .addOption(
      new Option('--mode <mode>', 'list only the comparisons in this mode').choices(['aligned', 'idiomatic']),
    )
}

// The schema has them too; to load it would slow every command down.
const statuses = [
  'finished',
  'failed',
  'cancelled',
  'running',
  'interrupted',
  'unreadable',
] satisfies readonly ComparisonListedLine['status'][]

/** Adds the options of predictions: whose they are, how many classes they name, and how they are printed. */
export function addPredictOptions(command: Command): Command {
  return command
    .addOption(frameworkOption('framework whose model predicts, instead of all that have finished the seed'))
    .option(
      '--seed <seed>',
      'seed whose models predict; without it, the first one that has finished',
      parseSeed,
    )
    .option('--top <classes>', 'largest number of classes that are printed for each image', parseCount, 1)
    .option('--batch-size <images>', 'number of images that go through a model at once', parseCount, 32)
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

/** Adds the options of the parity ladder: which part is climbed, and which difference is planted. */
export function addLadderOptions(command: Command): Command {
  return command
    .option('--phase-only', 'verify the first phase alone, without the recordings that train everything')
    .addOption(
      new Option(
        '--perturb <name>',
        'plant a difference in PyTorch, to see that the ladder finds it',
      ).choices(perturbationSchema.options),
    )
}

function replayOption(): Option {
  return new Option(
    '--replay <seeds>',
    'seeds whose steps the other framework takes again from the same state; float64: the first, in float64 too',
  ).choices(evidenceSchema.shape.replay.options)
}

function frameworkOption(description: string): Option {
  return new Option('--framework <name>', description).choices(Object.keys(frameworkNames))
}
