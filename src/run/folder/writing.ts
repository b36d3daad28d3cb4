import { hasCode, TwintuneError } from '../../failure.js'
import { accessFolder, nearestExisting } from '../machine/folders.js'

/** Writes at a place. A full disk, or a folder of someone else, is for the user to mend and no fault of twintune. */
export function writing<T>(place: string, write: () => T): T {
  try {
    return write()
  } catch (error) {
    throw cannotWrite(place, error)
  }
}

/** Explains the system's error of a writing; any other error comes back as it is. */
export function cannotWrite(place: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof TwintuneError || !('code' in error)) return error
  return new TwintuneError({
    code: 'FOLDER_UNWRITABLE',
    message: `Can't write at ${place}: ${error.message}`,
    hint: `Make ${isFull(error) ? 'room there' : 'the folder writable'}, or choose another one.`,
    cause: { type: String(error.code), message: error.message, detail: error.stack ?? '' },
  })
}

function isFull(error: Error): boolean {
  return hasCode(error, 'ENOSPC', 'EDQUOT', 'EFBIG')
}

/**
 * Checks that a folder can be made or written, without making it, so that nothing is started whose result can't be kept.
 *
 * @throws TwintuneError FOLDER_UNWRITABLE.
 */
export function checkWritable(folder: string): void {
  writing(folder, () => accessFolder(nearestExisting(folder)))
}
