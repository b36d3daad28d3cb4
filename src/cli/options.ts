import { type Command, Option } from 'commander'
import { frameworkNames } from '../framework-names.js'
import type { ComparisonListedLine } from '../lines/comparison.js'
import { perturbationSchema } from '../protocol/perturbation.js'
import { defaultRunsDirectory } from '../run/folder/files.js'
import { defaultRange } from '../run/one-off/sweep-range.js'
import { collect, parsePort, parseRate, parseSteps } from './parse-arguments.js'

/** Adds `--json` and `--quiet`, which every command takes. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('--json', 'print machine-readable lines on stdout, and messages for people on stderr')
    .option('--quiet', 'print only problems and the result')
}

const aboutRuns = 'folder that holds the folders of comparisons'

/** Adds `--out`, for the commands that write or read the folders of comparisons. Its other name is `--runs`. */
export function addOutOption(command: Command): Command {
  return command.option('--runs, --out <folder>', aboutRuns, defaultRunsDirectory)
}

/** Adds `--runs` alone, for a command that reads a comparison and whose `--out` is the folder that it writes. */
export function addRunsFolderOption(command: Command): Command {
  return command.option('--runs <folder>', aboutRuns, defaultRunsDirectory)
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

/** Adds `--set`, for the commands that read a specification. */
export function addSetOption(command: Command): Command {
  return command.option('--set <path=value>', 'override a field of the specification (repeatable)', collect)
}

/** Makes `--no-code`, for the commands that read a specification. */
export function noCodeOption(): Option {
  return new Option(
    '--no-code',
    'refuse a specification in TypeScript or JavaScript, which is a program that runs with your rights',
  )
}

/** Adds `--port` and `--host`, for a command whose work is to serve pages. */
export function addAddressOptions(command: Command): Command {
  const { port, host } = addressOptions()
  return command.addOption(port).addOption(host)
}

/** Makes `--port` and `--host`. */
export function addressOptions() {
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

/** Adds the options that leave comparisons and sweeps out of a list. */
export function addListFilters(command: Command): Command {
  return command
    .addOption(
      new Option('--status <status>', 'list only the comparisons and sweeps of this status').choices(
        statuses,
      ),
    )
    .option('--name <text>', "list only the comparisons and sweeps with this text in their folder's name")
    .addOption(
      new Option('--mode <mode>', 'list only the comparisons and sweeps in this mode').choices([
        'aligned',
        'idiomatic',
      ]),
    )
    .option('--all', 'list all, and not the newest 100 alone; --json always has all')
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

/** Adds the options of the parity ladder: which part is climbed, and which difference is planted. */
export function addLadderOptions(command: Command): Command {
  return command
    .option('--phase-only', 'verify the first phase alone, without the recordings that train everything')
    .option('--devices <number>', 'verify training that so many devices share, as training.dataParallel')
    .addOption(
      new Option(
        '--perturb <name>',
        'plant a difference in PyTorch, to see that the ladder finds it',
      ).choices(perturbationSchema.options),
    )
}

/** Makes `--framework`, described by what the framework is for. */
export function frameworkOption(description: string): Option {
  return new Option('--framework <name>', description).choices(Object.keys(frameworkNames))
}
