import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'

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

/** Finds the place where a folder is, or would be made: the folder itself, or its nearest parent that is there. */
export function nearestExisting(folder: string): string {
  let existing = path.resolve(folder)
  while (!existsSync(existing)) existing = path.dirname(existing)
  return existing
}

/** Throws the system's error where files can't be made in a folder. */
export function accessFolder(folder: string): void {
  if (!statSync(folder).isDirectory())
    throw Object.assign(new Error(`${folder} is a file, and no folder`), {
      code: 'ENOTDIR',
      syscall: 'access',
    })
  accessSync(folder, constants.W_OK | constants.X_OK)
}

/** Whether there is a folder in which files can be made. */
export function isWritableFolder(folder: string): boolean {
  try {
    accessFolder(folder)
    return true
  } catch {
    return false
  }
}
