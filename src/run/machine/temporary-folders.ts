import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isSystemError, TwintuneError } from '../../failure.js'
import { isAlive } from './processes.js'

/**
 * Name of a process's temporary folder: a word that nobody would give a folder of their own, the process's number, and
 * what makes it unique. Python makes such folders too (`engines/tensorflow/model.py`).
 */
const named = /^twintune-temporary-(\d+)-/

/**
 * Makes a temporary folder, whose name tells another process whose it is.
 *
 * @throws TwintuneError FILE_UNWRITABLE where `TMPDIR` names no folder that can be written.
 */
export function makeTemporaryFolder(): string {
  const folder = tmpdir()
  try {
    return mkdtempSync(path.join(folder, `twintune-temporary-${process.pid}-`))
  } catch (error) {
    throw isSystemError(error)
      ? new TwintuneError({
          code: 'FILE_UNWRITABLE',
          message: `Can't write in the folder for temporary files, ${folder}: ${error.message}`,
          hint: 'Make it, or make room there; or name another one: TMPDIR.',
        })
      : error
  }
}

/** Hours after which what nobody writes to any more belongs to a process that was killed, on this machine or another. */
const hoursUntilAbandoned = 24

/** Whether a file or folder was last changed so long ago that the process which made it must be gone. */
export function isAbandoned(place: string): boolean {
  const changed = lstatSync(place, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY
  return Date.now() - changed > hoursUntilAbandoned * 3_600_000
}

/** Lists the temporary folders of twintune's processes that were killed a day ago or more. */
export function abandonedTemporaryFolders(): string[] {
  return namesIn(tmpdir())
    .filter((name) => {
      const [, pid] = named.exec(name) ?? []
      // A process of another container, of which this one sees no number, may share the folder: hence the hours too.
      return pid !== undefined && !isAlive(Number(pid))
    })
    .map((name) => path.join(tmpdir(), name))
    .filter((place) => lstatSync(place, { throwIfNoEntry: false })?.isDirectory() && isAbandoned(place))
}

/** Deletes the temporary folders of twintune's processes that were killed a day ago or more. */
export function sweepTemporaryFolders(): void {
  for (const folder of abandonedTemporaryFolders()) {
    try {
      rmSync(folder, { recursive: true, force: true })
    } catch {
      // What is someone else's stays theirs.
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
