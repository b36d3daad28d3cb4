import { type Command, Option } from 'commander'
import { defaultEvidence, evidenceSchema } from '../compare/evidence.js'
import {
  addDetailsOption,
  addOutOption,
  addOutputOptions,
  addressOptions,
  addSpecOptions,
} from './options.js'
import {
  collectTrackers,
  parseAddedSeeds,
  parseAmount,
  parseAmountAboveZero,
  parseCount,
  parseMinutes,
  parseParallel,
  parseShardArgument,
} from './parse-arguments.js'

/** Adds the options of a command that carries an experiment out. */
export function addCarryOutOptions(command: Command): Command {
  return addResumeOptions(addSpecOptions(command)).option(
    '--profile',
    'time the parts of a training step after each run: transfer, forward, backward, optimizer',
  )
}

/** Adds `--shard`, for the command that carries out a share of a comparison's runs. */
export function addShardOption(command: Command): Command {
  return command.option(
    '--shard <number/of>',
    'carry out a share of the seeds, such as 1/4, into a folder that `twintune merge` joins with the others',
    parseShardArgument,
  )
}

/** Adds the options of the command that merges comparisons, and carries out no run. */
export function addMergeOptions(command: Command): Command {
  addHangTimeoutOption(addOutOption(command))
  addTrackOption(addServeOption(addDetailsOption(command)))
  return addOutputOptions(addReportOption(command))
}

/** Adds the options of a command that resumes a comparison, whose specification is in its folder. */
export function addResumeOptions(command: Command): Command {
  addRunOptions(command)
  addTrackOption(addServeOption(addDetailsOption(command)))
  addReportOption(command).option(
    '--keep-checkpoints',
    'keep the checkpoints of finished runs when the comparison has ended',
  )
  return addOutputOptions(command)
}

/** Adds the options of the command that carries a sweep out. */
export function addSweepRunOptions(command: Command): Command {
  addRunOptions(command)
    .option(
      '--trials <trials>',
      'number of trials of each framework, over that of the specification',
      parseCount,
    )
    .option(
      '--storage <url>',
      "address of Optuna's storage, as SQLAlchemy takes it; without it, an SQLite file in the sweep's folder",
    )
    .option(
      '--resume <sweep>',
      'go on with a sweep, given by its folder, its name, or the beginning or end of its name',
    )
    .option('--no-report', 'write no report.html')
    .option('--no-final', 'compare nothing at the end: no run over fresh seeds, and no test')
  return addOutputOptions(command)
}

/** Adds the options of how runs are carried out, whether they are those of a comparison or of a sweep. */
function addRunOptions(command: Command): Command {
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
  addHangTimeoutOption(command)
  return addExecutorOptions(command)
}

/** Adds `--executor` and what each run takes there, for the commands that carry an experiment out. */
export function addExecutorOptions(command: Command): Command {
  const implied = { executor: 'ray' }
  const ofRay = (flags: string, description: string) => new Option(flags, description).implies(implied)
  return command
    .addOption(
      new Option('--executor <name>', 'where the runs are carried out: on this machine, or on a Ray cluster')
        .choices(['local', 'ray'])
        .default('local'),
    )
    .addOption(
      ofRay(
        '--ray-address <address>',
        'address of the Ray cluster, as host:port or ray://host:port; without it, --executor ray starts one on this machine',
      ),
    )
    .addOption(
      ofRay('--cpus <number>', 'processors of a run on Ray; 1 by default').argParser(parseAmountAboveZero),
    )
    .addOption(ofRay('--gpus <number>', 'GPUs of a run on Ray; none by default').argParser(parseAmount))
    .addOption(
      ofRay('--memory <gib>', 'memory of a run on Ray in GiB; by default Ray counts none').argParser(
        parseAmountAboveZero,
      ),
    )
}

function addHangTimeoutOption(command: Command): Command {
  return command.option(
    '--hang-timeout <minutes>',
    'end a Python that neither reports nor computes anything for so long; without it there is a warning after two minutes',
    parseMinutes,
  )
}

function addReportOption(command: Command): Command {
  return command.option('--no-report', 'write no report.html and no report.md')
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

function replayOption(): Option {
  return new Option(
    '--replay <seeds>',
    'seeds whose steps the other framework takes again from the same state; float64: the first, in float64 too',
  ).choices(evidenceSchema.shape.replay.options)
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
