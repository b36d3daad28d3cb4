import { existsSync, mkdirSync } from 'node:fs'
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
