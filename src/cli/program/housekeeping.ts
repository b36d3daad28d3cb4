import { Argument, type Command } from 'commander'
import type { Shell } from '../completion.js'
import type { OutputOptions } from '../context.js'
import { exitCodes } from '../exit-code.js'
import { addOutOption, addOutputOptions } from '../options.js'
import type { PruneOptions } from '../prune.js'
import { type CommandLine, example } from './command-line.js'

/** Declares the commands that keep the disk and the shell in order. */
export function declareHousekeeping(program: Command, { run, context }: CommandLine): void {
  program.commandsGroup('Housekeeping:')

  const cache = program
    .command('cache')
    .description('list or delete the features of frozen backbones, which are kept for other runs')
    .addHelpText('after', example('twintune cache ls'))
  const cacheList = cache
    .command('ls')
    .description('list the kept features, the last used first')
    .action((options: OutputOptions) =>
      run(async () => (await import('../cache.js')).cacheListCommand(options, context)),
    )
  addOutputOptions(cacheList).addHelpText('after', example('twintune cache ls --json'))
  const cacheClear = cache
    .command('clear')
    .description('delete all kept features')
    .action((options: OutputOptions) =>
      run(async () => (await import('../cache.js')).cacheClearCommand(options, context)),
    )
  addOutputOptions(cacheClear).addHelpText('after', example('twintune cache clear'))

  const prune = program
    .command('prune')
    .description(
      'delete what nothing needs any more: checkpoints of finished runs, those too that were kept on purpose, and temporary files of processes that were killed',
    )
    .option('--dry-run', 'say what would be deleted, and delete nothing')
    .action((options: PruneOptions) =>
      run(async () => (await import('../prune.js')).pruneCommand(options, context)),
    )
  addOutputOptions(addOutOption(prune)).addHelpText('after', example('twintune prune --dry-run'))

  program
    .command('completion')
    .description('print the script by which a shell completes the commands and options of twintune')
    .addArgument(new Argument('<shell>', 'shell that reads the script').choices(['bash', 'zsh', 'fish']))
    .action((shell: Shell) =>
      run(async () => {
        context.streams.stdout.write((await import('../completion.js')).completionScript(program, shell))
        return exitCodes.done
      }),
    )
    .addHelpText('after', example('source <(twintune completion bash)'))
}
