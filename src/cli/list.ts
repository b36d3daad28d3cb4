import { existsSync } from 'node:fs'
import { renderOptionsFor } from '../log/output.js'
import { type FolderListRow, renderFolderList } from '../report/folder-list.js'
import { formatNumberOf } from '../report/format.js'
import { defaultRunsDirectory } from '../run/folder/files.js'
import type { RecordedComparison } from '../run/folder/read.js'
import type { Experiment } from '../spec/schema.js'
import { type ListedFolder, summarizeFolders } from '../sweep/listing.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'

export interface ListOptions extends OutputOptions {
  readonly out: string
}

/** Options of `twintune list`. A filter that is left out leaves nothing out. */
export interface ListCommandOptions extends ListOptions {
  readonly status?: RecordedComparison['status']
  readonly mode?: Experiment['mode']
  /** Text that the folder's name has in it. */
  readonly name?: string
  /** Whether all are listed on a terminal, however many there are. */
  readonly all?: boolean
}

/** Number of comparisons and sweeps that are listed for people: more scroll away what they look for. */
const mostListed = 100

/** Carries out `twintune list`: prints the comparisons and the sweeps, the newest first. */
export async function listCommand(
  { json, out, status, mode, name = '', all: isWhole = false }: ListCommandOptions,
  context: CommandContext,
): Promise<number> {
  const all = await summarizeFolders(out)
  const found = all.filter(
    (listed) =>
      (status === undefined || listed.status === status) &&
      (mode === undefined || listed.mode === mode) &&
      listed.name.includes(name),
  )
  const rows = (json || isWhole ? found : found.slice(0, mostListed)).map(toLine)
  if (json) {
    for (const row of rows) context.stdout(JSON.stringify(row))
  } else {
    const leftOut = all.length - found.length
    context.stdout(renderFolderList(visible(rows), renderOptionsFor(context.streams.stdout), leftOut))
    if (all.length === 0 && out !== defaultRunsDirectory && !existsSync(out))
      context.stderr(`There is no folder ${visible(out)}.`)
    if (rows.length < found.length)
      context.stderr(
        `${formatNumberOf(found.length - rows.length, 'older folder')} not listed: --all lists them, --name and --status find some.`,
      )
  }
  return exitCodes.done
}

function toLine(listed: ListedFolder): FolderListRow {
  if (listed.kind === 'sweep') {
    const { kind: _, path, ...sweep } = listed
    return { type: 'sweep-listed', sweepDirectory: path, ...sweep }
  }
  const { kind: _, path, seeds: _seeds, verdict: _verdict, ...comparison } = listed
  return { type: 'comparison-listed', comparisonDirectory: path, ...comparison }
}
