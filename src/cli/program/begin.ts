import { type Command, Option } from 'commander'
import type { BackbonesOptions } from '../backbones.js'
import type { DoctorOptions } from '../doctor.js'
import type { FetchOptions } from '../fetch.js'
import type { InitOptions } from '../init.js'
import { addOutOption, addOutputOptions } from '../options.js'
import type { SetupOptions } from '../setup.js'
import { type CommandLine, example } from './command-line.js'

/** Declares the commands that install twintune's Python packages and find data and networks to begin with. */
export function declareBegin(program: Command, { run, context }: CommandLine): void {
  program.commandsGroup('Begin:')

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
      run(async () => (await import('../setup.js')).setupCommand(options, context)),
    )
  addOutputOptions(setup).addHelpText('after', example('twintune setup --python python3.12'))

  const init = program
    .command('init [folder]')
    .description(
      'look for images in a folder, or take a table of them, and write a specification that trains on them',
    )
    .option('--data <path>', 'folder or table to take, where the folder has several data sets')
    .option('--typescript', 'write experiment.ts instead of experiment.yaml')
    .option('--force', 'replace a specification that is there already')
    .action((folder: string | undefined, options: InitOptions) =>
      run(async () => (await import('../init.js')).initCommand(folder, options, context)),
    )
  addOutputOptions(init).addHelpText('after', example('twintune init pets'))

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
      run(async () => (await import('../fetch.js')).fetchCommand(names, options, context)),
    )
  addOutputOptions(fetch).addHelpText('after', example('twintune fetch resnet50 --out weights'))

  const doctor = program
    .command('doctor')
    .description('report what each framework finds on this machine, and how to install what is missing')
    .action((options: DoctorOptions) =>
      run(async () => (await import('../doctor.js')).doctorCommand(options, context)),
    )
  addOutputOptions(addOutOption(doctor)).addHelpText('after', example('twintune doctor'))

  const backbones = program
    .command('backbones')
    .description('list the networks that can be compared')
    .option('--stages', "list the stages of each backbone, by both libraries' names")
    .option('--differences', "list what differs between the two libraries' own models (idiomatic mode)")
    .action((options: BackbonesOptions) =>
      run(async () => (await import('../backbones.js')).backbonesCommand(options, context)),
    )
  addOutputOptions(backbones).addHelpText('after', example('twintune backbones --stages'))
}
