import { lstatSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { TrackRecord } from '../protocol/track.js'
import { comparisonFiles } from '../run/folder/files.js'
import { isOwnFolder } from '../run/folder/regular-file.js'

/** File that a tracker keeps as an artefact. */
export type KeptFile = Omit<Extract<TrackRecord, { type: 'file' }>, 'type'>

const ofComparison = [
  comparisonFiles.spec,
  comparisonFiles.environment,
  comparisonFiles.comparison,
  comparisonFiles.report,
  comparisonFiles.markdown,
]
const ofRun = [comparisonFiles.result, comparisonFiles.evaluation]

/**
 * Lists the files of a comparison that trackers keep as artefacts. Links are left out: a folder from somebody else could have
 * any file of this machine sent away by one.
 */
export function filesToKeep(folder: string, { models }: { readonly models: boolean }): KeptFile[] {
  return [
    ...filesOf(folder, ofComparison).map((file) => ({ run: null, file, folder: null })),
    ...foldersOfRuns(folder).flatMap((run) => [
      ...filesOf(path.join(folder, run), ofRun).map((file) => ({ run, file, folder: null })),
      ...(models
        ? filesBelow(path.join(folder, run, comparisonFiles.model)).map((file) => ({
            run,
            file,
            folder: comparisonFiles.model,
          }))
        : []),
    ]),
  ]
}

function filesOf(folder: string, names: readonly string[]): string[] {
  return names.map((name) => path.join(folder, name)).filter(isOwnFile)
}

function filesBelow(folder: string): string[] {
  return isOwnFolder(folder) ? filesOf(folder, readdirSync(folder)) : []
}

function foldersOfRuns(folder: string): string[] {
  return readdirSync(folder).filter(
    (name) => /^(tensorflow|pytorch)-seed\d+(-repeat)?$/.test(name) && isOwnFolder(path.join(folder, name)),
  )
}

function isOwnFile(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isFile() ?? false
}
