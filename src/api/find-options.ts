import { defaultRunsDirectory } from '../run/folder/files.js'
import { checkOptionNames } from './arguments.js'

/** Options of where comparisons are looked for. */
export interface FindOptions {
  /**
   * Folder that the comparisons' own folders are in.
   * @defaultValue `runs` in the working directory
   */
  readonly runsDirectory?: string | undefined
}

/** Checks the options of where comparisons are looked for, and gives the folder. */
export function runsDirectoryOf(of: string, options: FindOptions): string {
  checkOptionNames<FindOptions>(of, options, { runsDirectory: true })
  return options.runsDirectory ?? defaultRunsDirectory
}
