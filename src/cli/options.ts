import { type Command, InvalidArgumentError, Option } from 'commander'
import { frameworkNames } from '../framework-names.js'
import { perturbationSchema } from '../protocol/perturbation.js'
import { defaultRunsDirectory } from '../run/folder/files.js'

/** `--json` and `--quiet`, which every command takes. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('--json', 'print machine-readable lines on stdout, and what is for people on stderr')
    .option('--quiet', 'print no more than what went wrong and the result')
}

/** `--out`, for the commands that write or read run folders. */
export function addOutOption(command: Command): Command {
  return command.option('--out <folder>', 'the folder of the run folders', defaultRunsDirectory)
}

/** `--set` and `--seeds`, for the commands that read a specification. */
export function addSpecOptions(
  command: Command,
  { firstSeedAlone = false }: { readonly firstSeedAlone?: boolean } = {},
): Command {
  const only = firstSeedAlone ? '; the first one alone is looked at' : ''
  return command
    .option('--set <path=value>', 'override a field of the specification (repeatable)', collect)
    .option('--seeds <seeds>', `override the seeds: 0..5, or 0,3,7, or 3${only}`)
}

/** All that a command takes which carries an experiment out. */
export function addCarryOutOptions(command: Command): Command {
  return addResumeOptions(addSpecOptions(command)).option(
    '--profile',
    'time the parts of a training step after each run: transfer, forward, backward, optimizer',
  )
}

/** All that a command takes which goes on with one: its specification is in the run folder. */
export function addResumeOptions(command: Command): Command {
  addOutOption(command)
    .option(
      '--parallel <runs>',
      'runs at the same time; with more than one, times can no longer be compared',
      parseParallel,
      1,
    )
    .option(
      '--no-feature-cache',
      'compute the features of a frozen backbone anew, and keep none for other runs',
    )
  return addOutputOptions(command)
}

/** `--framework`, for the commands that are about one. */
export function addFrameworkOption(command: Command): Command {
  return command.addOption(frameworkOption('the framework').makeOptionMandatory())
}

/** `--framework`, for the commands that may be about one. */
export function addOptionalFrameworkOption(command: Command): Command {
  return command.addOption(frameworkOption('one framework instead of all of the specification'))
}

/** From which learning rate to which, and in how many steps: fastai's defaults. */
export function addSweepOptions(command: Command): Command {
  return command
    .option('--start <rate>', 'the first learning rate', parseRate, 1e-7)
    .option('--end <rate>', 'the learning rate that the sweep goes to', parseRate, 10)
    .option('--steps <steps>', 'steps of the sweep', parseSteps, 100)
}

/** What of the parity ladder is climbed, and what is planted in its way. */
export function addLadderOptions(command: Command): Command {
  return command
    .option('--phase-only', 'leave out what trains everything, and look at the first phase alone')
    .addOption(
      new Option(
        '--perturb <name>',
        'plant a difference in PyTorch, to see that the ladder finds it',
      ).choices(perturbationSchema.options),
    )
}

function frameworkOption(description: string): Option {
  return new Option('--framework <name>', description).choices(Object.keys(frameworkNames))
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value]
}

function parseRate(value: string): number {
  const rate = Number(value)
  if (value.trim() === '' || !Number.isFinite(rate) || rate <= 0) {
    throw new InvalidArgumentError('It must be a number above 0, like 1e-7.')
  }
  return rate
}

// Fewer would leave nothing between the first tenth and the last five, which don't count.
const fewestSteps = 10

function parseSteps(value: string): number {
  if (!/^[1-9]\d*$/.test(value) || Number(value) < fewestSteps) {
    throw new InvalidArgumentError(`It must be a whole number from ${fewestSteps} up.`)
  }
  return Number(value)
}

function parseParallel(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError('It must be a whole number from 1 up.')
  return Number(value)
}
