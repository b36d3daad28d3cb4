import type { Command } from 'commander'
import { addTrackersOption } from '../carry-out-options.js'
import type { ListCommandOptions } from '../list.js'
import {
  addAddressOptions,
  addDetailsOption,
  addListFilters,
  addOutOption,
  addOutputOptions,
} from '../options.js'
import type { ReportOptions } from '../report.js'
import type { ShowOptions } from '../show.js'
import type { TrackOptions } from '../track.js'
import type { ViewOptions } from '../view.js'
import { type CommandLine, example } from './command-line.js'

/** Declares the commands that read, show and pass on what comparisons have found. */
export function declareResults(program: Command, { run, context }: CommandLine): void {
  program.commandsGroup('Results:')

  const list = program
    .command('list')
    .description('list the comparisons and the sweeps, the newest first')
    .action((options: ListCommandOptions) =>
      run(async () => (await import('../list.js')).listCommand(options, context)),
    )
  addOutputOptions(addListFilters(addOutOption(list))).addHelpText(
    'after',
    example('twintune list --status finished --name pets'),
  )

  const show = program
    .command('show <comparison>')
    .description(
      'show a comparison or a sweep, given by its folder, its name, the beginning or end of its name, or `latest`',
    )
    .action((folder: string, options: ShowOptions) =>
      run(async () => (await import('../show.js')).showCommand(folder, options, context)),
    )
  addOutputOptions(addDetailsOption(addOutOption(show))).addHelpText('after', example('twintune show latest'))

  const view = program
    .command('view [folder]')
    .description(
      'show the comparisons in a folder on pages for the browser, until Ctrl-C: a list, each report, those that go on live, and several side by side',
    )
    .action((folder: string | undefined, options: ViewOptions) =>
      run(async () => (await import('../view.js')).viewCommand(folder, options, context)),
    )
  addOutputOptions(addAddressOptions(view)).addHelpText('after', example('twintune view runs'))

  const report = program
    .command('report <comparison...>')
    .description(
      'write the report of a comparison or a sweep again, as one HTML file in its folder; for several comparisons one more that has them side by side',
    )
    .action((comparisons: readonly string[], options: ReportOptions) =>
      run(async () => (await import('../report.js')).reportCommand(comparisons, options, context)),
    )
  addOutputOptions(addOutOption(report)).addHelpText('after', example('twintune report latest'))

  const track = program
    .command('track <comparison>')
    .description(
      'send trackers a comparison that has ended or still goes on; what they have got already is not sent twice',
    )
    .action((folder: string, options: TrackOptions) =>
      run(async () => (await import('../track.js')).trackCommand(folder, options, context)),
    )
  addOutputOptions(addTrackersOption(addOutOption(track))).addHelpText(
    'after',
    example('twintune track latest --to csv,tensorboard'),
  )
}
