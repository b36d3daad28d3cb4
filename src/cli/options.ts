import { type Command, InvalidArgumentError, Option } from 'commander'
import { frameworkNames } from '../report/format.js'

/** `--json` and `--quiet`, which every command takes. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('--json', 'print machine-readable lines on stdout, and what is for people on stderr')
    .option('--quiet', 'print no more than what went wrong and the result')
}

/** `--out`, for the commands that write or read run folders. */
export function addOutOption(command: Command): Command {
  return command.option('--out <folder>', 'the folder of the run folders', 'runs')
}

/** `--set` and `--seeds`, for the commands that read a specification. */
export function addSpecOptions(command: Command): Command {
  return command
    .option('--set <path=value>', 'override a field of the specification (repeatable)', collect)
    .option('--seeds <seeds>', 'override the seeds: 0..5, or 0,3,7, or 3')
}

/** All that a command takes which carries an experiment out. */
export function addCarryOutOptions(command: Command): Command {
  addOutOption(addSpecOptions(command)).option(
    '--parallel <runs>',
    'runs at the same time; with more than one, times can no longer be compared',
    parseParallel,
    1,
  )
  return addOutputOptions(command)
}

/** `--framework`, for the commands that are about one. */
export function addFrameworkOption(command: Command): Command {
  const choices = Object.keys(frameworkNames)
  return command.addOption(
    new Option('--framework <name>', 'the framework').choices(choices).makeOptionMandatory(),
  )
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value]
}

function parseParallel(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError('It must be a whole number from 1 up.')
  return Number(value)
}
