import type { ViewLine } from '../lines/view.js'
import { defaultRunsDirectory } from '../run/folder/files.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'
import { type AddressOptions, addressOf, announce } from './live-page.js'

export interface ViewOptions extends OutputOptions, AddressOptions {}

/** Carries out `twintune view [FOLDER]`: serves pages of the comparisons in a folder until the user cancels. */
export async function viewCommand(
  folder: string = defaultRunsDirectory,
  options: ViewOptions,
  context: CommandContext,
): Promise<number> {
  const { serveFolder } = await import('../serve/serve-folder.js')
  const server = await serveFolder(folder, addressOf(options))
  const line: ViewLine = { type: 'view', url: server.url }
  if (options.json) context.stdout(JSON.stringify(line))
  announce(`Comparisons in ${visible(folder)}, until Ctrl-C`, server.url, options, context)
  await aborted(context.signal)
  await server.close(0)
  return exitCodes.done
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
