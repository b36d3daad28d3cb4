import path from 'node:path'
import { asCalled } from '../called-as.js'
import { findData, placeOf } from '../init/find-data.js'
import { writeSpecification } from '../init/write-specification.js'
import type { InitLine } from '../lines/init.js'
import { renderOptionsFor } from '../log/output.js'
import { renderInit } from '../report/init.js'
import { shellQuote } from '../shell-quote.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'

export interface InitOptions extends OutputOptions {
  readonly typescript?: boolean
  readonly force?: boolean
  readonly data?: string
}

/** Carries out `twintune init [FOLDER]`: finds the data in a folder and writes a specification beside them. */
export async function initCommand(
  folder: string | undefined,
  { json = false, quiet = false, typescript = false, force = false, data }: InitOptions,
  { stdout, streams, cwd }: CommandContext,
): Promise<number> {
  const { root, table } = placeOf(path.resolve(cwd, folder ?? '.'))
  // Paths of a TypeScript specification start from where the command is started, which is then the folder itself.
  const enter = typescript && root !== cwd ? `cd ${shellQuote(path.relative(cwd, root))} && ` : ''
  const command = (name: string, file: string) => {
    const shown = enter === '' ? path.relative(cwd, file) : path.basename(file)
    return `${enter}twintune ${name} ${shellQuote(shown)}`
  }
  const {
    candidates: [chosen, ...others],
    remarks,
  } = await findData(root, data === undefined ? table : path.resolve(cwd, data))
  const commandFor = (file: string) => command('compare', file)
  const file = await writeSpecification({ folder: root, candidate: chosen, typescript, force, commandFor })
  const line: InitLine = { type: 'init', file, folder: root, chosen, others, remarks: [...remarks] }
  if (json) stdout(JSON.stringify(line))
  else if (!quiet) {
    const next = [command('data', file), commandFor(file)].map((each) =>
      asCalled(each, enter === '' ? cwd : root),
    )
    stdout(
      renderInit(visible(line), visible(path.relative(cwd, file)), next, renderOptionsFor(streams.stdout)),
    )
  }
  return exitCodes.done
}
