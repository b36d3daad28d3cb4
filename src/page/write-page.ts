import { lstatSync } from 'node:fs'
import writeFileAtomic from 'write-file-atomic'
import { TwintuneError } from '../failure.js'
import { writing } from '../run/folder/writing.js'

/**
 * Writes a page or a chart as a file, over an earlier one.
 *
 * @throws TwintuneError FOLDER_UNWRITABLE where it can't be written.
 */
export function writePage(file: string, content: string): void {
  requireNoLink(file)
  writing(file, () => writeFileAtomic.sync(file, content))
}

// The folder may have come from someone else: what is written to a link lands elsewhere.
function requireNoLink(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() === false)
    throw new TwintuneError({
      code: 'FOLDER_UNWRITABLE',
      message: `${file} is no regular file, and is not written over.`,
      hint: 'Move it away.',
    })
}
