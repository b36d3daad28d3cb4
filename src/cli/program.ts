import { Argument, Command, CommanderError, Option } from 'commander'
import { columnsOf } from '../log/output.js'
import { defaultRunsDirectory } from '../run/folder/files.js'
import { version } from '../version.js'
import type { BackbonesOptions } from './backbones.js'
import type { RunningOptions } from './carry-out-and-log.js'
import type { CompareOptions } from './compare.js'
import type { Shell } from './completion.js'
import type { CommandContext, OutputOptions, SpecOptions } from './context.js'
import type { DataOptions } from './data.js'
import type { DoctorOptions } from './doctor.js'
import type { EjectCommandOptions } from './eject.js'
import { exitCodes } from './exit-code.js'
import type { ExportOptions } from './export.js'
import type { ExtendOptions } from './extend.js'
import type { FetchOptions } from './fetch.js'
import type { InitOptions } from './init.js'
import type { ListCommandOptions } from './list.js'
import type { LrFindOptions } from './lr-find.js'
import {
  addAddedSeedsOption,
  addAddressOptions,
  addCarryOutOptions,
  addChangedEvidenceOptions,
  addDetailsOption,
  addEjectOptions,
  addEvidenceOptions,
  addExportOptions,
  addFrameworkOption,
  addLadderOptions,
  addListFilters,
  addOptionalFrameworkOption,
  addOutOption,
  addOutputOptions,
  addPredictOptions,
  addResumeOptions,
  addSpecOptions,
  addSweepOptions,
  addTrackersOption,
} from './options.js'
import type { PredictCommandOptions } from './predict.js'
import type { PruneOptions } from './prune.js'
import type { ReportOptions } from './report.js'
import type { SetupOptions } from './setup.js'
import type { ShowOptions } from './show.js'
import type { TrackOptions } from './track.js'
import type { TrainOptions } from './train.js'
import type { VerifyCommandOptions } from './verify.js'
import type { ViewOptions } from './view.js'

/** Runs the command that the arguments ask for; resolves to its exit code and never rejects. */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<number> {
  let exitCode: number = exitCodes.done
  const program = createProgram(context, async (command) => {
    exitCode = await command()
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done
    const { reportError } = await import('./report-error.js')
    return reportError(error, { json: args.includes('--json') }, context)
  }
}

const narrowestDescription = 20

type Run = (command: () => Promise<number>) => Promise<void>

// Each action imports its command only when it is asked for, so that what one command needs slows no other down.
function createProgram(context: CommandContext, run: Run): Command {
  const program = new Command('twintune')
    .description('Runs one fine-tuning experiment on real TensorFlow and real PyTorch, and compares the two.')
    .version(version)
    .exitOverride()
    // Descriptions are folded beside their options down to 60 columns.
    .configureHelp({ minWidthToWrap: narrowestDescription })
    .configureOutput({
      writeOut: (text) => context.streams.stdout.write(text),
      writeErr: (text) => context.streams.stderr.write(text),
      getOutHelpWidth: () => columnsOf(context.streams.stdout),
      getErrHelpWidth: () => columnsOf(context.streams.stderr),
    })
    .showHelpAfterError('(--help tells more.)')
    .addHelpText('after', example('twintune compare experiment.yaml --seeds 0..5'))
    .addHelpText('after', ({ command }) => environmentHelp(command, columnsOf(context.streams.stdout)))

  const compare = program
    .command('compare <spec>')
    .description('train and test every framework × seed, and compare the frameworks')
    .option(
      '--noise',
      'carry every run out twice with the same seed, to see the noise of floating-point arithmetic',
    )
    .action((spec: string, options: CompareOptions) =>
      run(async () => (await import('./compare.js')).compareCommand(spec, options, context)),
    )
  addEvidenceOptions(addCarryOutOptions(compare)).addHelpText(
    'after',
    example('twintune compare experiment.yaml --set training.batchSize=64'),
  )

  const train = program
    .command('train <spec>')
    .description('train and test one framework, a run for each seed')
    .action((spec: string, options: TrainOptions) =>
      run(async () => (await import('./train.js')).trainCommand(spec, options, context)),
    )
  addCarryOutOptions(addFrameworkOption(train)).addHelpText(
    'after',
    example('twintune train experiment.yaml --framework pytorch --seeds 3'),
  )

  const lrFind = program
    .command('lr-find <spec>')
    .description('sweep the learning rate of the first phase, and suggest one for each framework')
    .action((spec: string, options: LrFindOptions) =>
      run(async () => (await import('./lr-find.js')).lrFindCommand(spec, options, context)),
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
      run(async () => (await import('./verify.js')).verifyCommand(spec, options, context)),
    )
  addLadderOptions(addSpecOptions(verify, { firstSeedAlone: true }))
    .option('--out <folder>', 'folder that the report is written to', defaultRunsDirectory)
    .option('--no-report', 'write no report')
  addOutputOptions(verify).addHelpText(
    'after',
    example('twintune verify experiment.yaml --perturb adam-epsilon'),
  )

  const resume = program
    .command('resume <comparison>')
    .description(
      'resume an interrupted comparison, given by its folder, its name, the beginning or end of its name, or `latest`; its evidence stays as it began unless options change it',
    )
    .action((folder: string, options: RunningOptions) =>
      run(async () => (await import('./resume.js')).resumeCommand(folder, options, context)),
    )
  addChangedEvidenceOptions(addResumeOptions(resume)).addHelpText('after', example('twintune resume latest'))

  const extend = program
    .command('extend <comparison>')
    .description(
      'add seeds to a comparison, given as for `resume`: carry out what is missing in its folder, and compare anew',
    )
    .action((folder: string, options: ExtendOptions) =>
      run(async () => (await import('./extend.js')).extendCommand(folder, options, context)),
    )
  addChangedEvidenceOptions(addResumeOptions(addAddedSeedsOption(extend))).addHelpText(
    'after',
    example('twintune extend latest --seeds 6..11'),
  )

  const validate = program
    .command('validate <spec>')
    .description('report everything that is wrong with a specification')
    .action((spec: string, options: SpecOptions) =>
      run(async () => (await import('./validate.js')).validateCommand(spec, options, context)),
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
      run(async () => (await import('./data.js')).dataCommand(spec, options, context)),
    )
  addOutputOptions(addSpecOptions(data, { firstSeedAlone: true })).addHelpText(
    'after',
    example('twintune data experiment.yaml --sheet sheet.png'),
  )

  const setup = program
    .command('setup')
    .description(
      'make the Python environment of this folder, or complete it: both frameworks, for the GPU where there is one',
    )
    .option('--python <path>', 'Python 3.11 to 3.13 to make it with, else the first of them on the path')
    .addOption(
      new Option('--device <device>', 'device to install for; auto asks nvidia-smi')
        .choices(['auto', 'cpu', 'gpu'])
        .default('auto'),
    )
    .option(
      '--torch-index <url>',
      "package index that PyTorch comes from, or `none` for wherever pip is set up to look; without it PyTorch's index of CPU builds, where there is no GPU and pip would take a build for CUDA",
    )
    .action((options: SetupOptions) =>
      run(async () => (await import('./setup.js')).setupCommand(options, context)),
    )
  addOutputOptions(setup).addHelpText('after', example('twintune setup --python python3.12'))

  const init = program
    .command('init [folder]')
    .description('look for images in a folder, and write a specification that trains on them')
    .option('--data <path>', 'folder or table to take, where the folder has several data sets')
    .option('--typescript', 'write experiment.ts instead of experiment.yaml')
    .option('--force', 'replace a specification that is there already')
    .action((folder: string | undefined, options: InitOptions) =>
      run(async () => (await import('./init.js')).initCommand(folder, options, context)),
    )
  addOutputOptions(init).addHelpText('after', example('twintune init pets'))

  const eject = program
    .command('eject <spec>')
    .description(
      'write the experiment as plain training scripts, one for each framework, that need no twintune and give the same weights',
    )
    .action((spec: string, options: EjectCommandOptions) =>
      run(async () => (await import('./eject.js')).ejectCommand(spec, options, context)),
    )
  addEjectOptions(eject).addHelpText('after', example('twintune eject experiment.yaml --out scripts'))

  const doctor = program
    .command('doctor')
    .description('report what each framework finds on this machine, and how to install what is missing')
    .action((options: DoctorOptions) =>
      run(async () => (await import('./doctor.js')).doctorCommand(options, context)),
    )
  addOutputOptions(addOutOption(doctor)).addHelpText('after', example('twintune doctor'))

  const backbones = program
    .command('backbones')
    .description('list the networks that can be compared')
    .option('--stages', "list the stages of each backbone, by both libraries' names")
    .option('--differences', "list what differs between the two libraries' own models (idiomatic mode)")
    .action((options: BackbonesOptions) =>
      run(async () => (await import('./backbones.js')).backbonesCommand(options, context)),
    )
  addOutputOptions(backbones).addHelpText('after', example('twintune backbones --stages'))

  const fetch = program
    .command('fetch [backbones...]')
    .description(
      'download the ImageNet weights of backbones before a machine goes offline; without a name, list which are here',
    )
    .option(
      '--out <folder>',
      'folder that the weights are put into, to be carried to another machine and named there by HF_HOME; without it, the cache of the Hugging Face hub on this machine',
    )
    .action((names: readonly string[], options: FetchOptions) =>
      run(async () => (await import('./fetch.js')).fetchCommand(names, options, context)),
    )
  addOutputOptions(fetch).addHelpText('after', example('twintune fetch resnet50 --out weights'))

  const list = program
    .command('list')
    .description('list the comparisons, the newest first')
    .action((options: ListCommandOptions) =>
      run(async () => (await import('./list.js')).listCommand(options, context)),
    )
  addOutputOptions(addListFilters(addOutOption(list))).addHelpText(
    'after',
    example('twintune list --status finished --name pets'),
  )

  const show = program
    .command('show <comparison>')
    .description(
      'show a comparison, given by its folder, its name, the beginning or end of its name, or `latest`',
    )
    .action((folder: string, options: ShowOptions) =>
      run(async () => (await import('./show.js')).showCommand(folder, options, context)),
    )
  addOutputOptions(addDetailsOption(addOutOption(show))).addHelpText('after', example('twintune show latest'))

  const view = program
    .command('view [folder]')
    .description(
      'show the comparisons in a folder on pages for the browser, until Ctrl-C: a list, each report, those that go on live, and several side by side',
    )
    .action((folder: string | undefined, options: ViewOptions) =>
      run(async () => (await import('./view.js')).viewCommand(folder, options, context)),
    )
  addOutputOptions(addAddressOptions(view)).addHelpText('after', example('twintune view runs'))

  const report = program
    .command('report <comparison...>')
    .description(
      "write a comparison's report again, as one HTML file in its folder; for several one more that has them side by side",
    )
    .action((comparisons: readonly string[], options: ReportOptions) =>
      run(async () => (await import('./report.js')).reportCommand(comparisons, options, context)),
    )
  addOutputOptions(addOutOption(report)).addHelpText('after', example('twintune report latest'))

  const track = program
    .command('track <comparison>')
    .description(
      'send trackers a comparison that has ended or still goes on; what they have got already is not sent twice',
    )
    .action((folder: string, options: TrackOptions) =>
      run(async () => (await import('./track.js')).trackCommand(folder, options, context)),
    )
  addOutputOptions(addTrackersOption(addOutOption(track))).addHelpText(
    'after',
    example('twintune track latest --to csv,tensorboard'),
  )

  const predict = program
    .command('predict <run> [images...]')
    .description(
      'predict the classes of images (files, folders, patterns, or paths on stdin) with the trained models of a comparison, given by its folder, its name, the end of its name, or `latest`',
    )
    .action((comparison: string, images: readonly string[], options: PredictCommandOptions) =>
      run(async () => (await import('./predict.js')).predictCommand(comparison, images, options, context)),
    )
  addOutputOptions(addPredictOptions(addOutOption(predict))).addHelpText(
    'after',
    example('twintune predict latest photos --top 3'),
  )

  const exporting = program
    .command('export <comparison>')
    .description(
      'export a trained model of a comparison, which is given by its folder, its name, the end of its name, or `latest`; each artefact is tested in its own runtime',
    )
    .action((comparison: string, options: ExportOptions) =>
      run(async () => (await import('./export.js')).exportCommand(comparison, options, context)),
    )
  addOutputOptions(addExportOptions(exporting)).addHelpText(
    'after',
    example('twintune export latest --format onnx --framework pytorch'),
  )

  const cache = program
    .command('cache')
    .description('list or delete the features of frozen backbones, which are kept for other runs')
    .addHelpText('after', example('twintune cache ls'))
  const cacheList = cache
    .command('ls')
    .description('list the kept features, the last used first')
    .action((options: OutputOptions) =>
      run(async () => (await import('./cache.js')).cacheListCommand(options, context)),
    )
  addOutputOptions(cacheList).addHelpText('after', example('twintune cache ls --json'))
  const cacheClear = cache
    .command('clear')
    .description('delete all kept features')
    .action((options: OutputOptions) =>
      run(async () => (await import('./cache.js')).cacheClearCommand(options, context)),
    )
  addOutputOptions(cacheClear).addHelpText('after', example('twintune cache clear'))

  const prune = program
    .command('prune')
    .description(
      'delete what nothing needs any more: checkpoints of finished runs, those too that were kept on purpose, and temporary files of processes that were killed',
    )
    .option('--dry-run', 'say what would be deleted, and delete nothing')
    .action((options: PruneOptions) =>
      run(async () => (await import('./prune.js')).pruneCommand(options, context)),
    )
  addOutputOptions(addOutOption(prune)).addHelpText('after', example('twintune prune --dry-run'))

  program
    .command('completion')
    .description('print the script by which a shell completes the commands and options of twintune')
    .addArgument(new Argument('<shell>', 'shell that reads the script').choices(['bash', 'zsh', 'fish']))
    .action((shell: Shell) =>
      run(async () => {
        context.streams.stdout.write((await import('./completion.js')).completionScript(program, shell))
        return exitCodes.done
      }),
    )
    .addHelpText('after', example('source <(twintune completion bash)'))

  return program
}

const environment = {
  TWINTUNE_PYTHON:
    "Python of both frameworks, else the .venv of the working directory, else twintune's own, else python3",
  TWINTUNE_PYTHON_TENSORFLOW: 'Python of TensorFlow alone',
  TWINTUNE_PYTHON_PYTORCH: 'Python of PyTorch alone',
  TWINTUNE_PYTHON_TRACKING: 'Python of the trackers alone',
  TWINTUNE_CACHE_DIR: 'folder of downloaded weights and kept features',
  TWINTUNE_FEATURE_CACHE_GIB: 'largest size of the kept features in GiB, else 20',
}

function environmentHelp(command: Command, columns: number): string {
  const helper = command.createHelp()
  helper.prepareContext({ helpWidth: columns })
  const longest = Math.max(...Object.keys(environment).map((name) => name.length))
  const items = Object.entries(environment).map(([name, text]) =>
    helper.formatItem(name, longest, text, helper),
  )
  return ['', 'Environment:', ...items].join('\n')
}

function example(command: string): string {
  return `\nExample:\n  $ ${command}`
}
