import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { TwintuneError } from '../../failure.js'

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
    hint: 'Make room there, or choose another folder with --out.',
    cause: { type: String(error.code), message: error.message, detail: error.stack ?? '' },
  })
}

/** Makes a folder and those above it. */
export function makeFolders(folder: string): void {
  if (existsSync(folder)) return
  // Folders are made singly: with `recursive: true` Node goes round for ever where a parent can't be made, as below /proc.
  makeFolders(path.dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process may have made it in between.
    if (!existsSync(folder)) throw error
  }
}
