import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs'
import path from 'node:path'
import { hasCode, TwintuneError } from '../../failure.js'

const mebibyte = 2 ** 20
const newline = 10

/** Bytes that a JSON file in a comparison's folder may have. Node's longest text is about half a gibibyte. */
const mostBytes = 256 * mebibyte

/**
 * Opens a regular file in a comparison's folder. The folder may have come from someone else: a link in it could lead
 * anywhere, and a pipe would never answer.
 *
 * @param flags - Flags of `node:fs`' constants, such as `O_RDONLY`.
 * @returns The file's descriptor.
 * @throws The system's error (ELOOP for a link), or TwintuneError COMPARISON_NOT_FOUND for what is no regular file.
 */
export function openRegular(file: string, flags: number): number {
  const descriptor = openSync(file, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o666)
  if (fstatSync(descriptor).isFile()) return descriptor
  closeSync(descriptor)
  throw unreadable(file, 'it is no regular file')
}

/**
 * Reads a text file in a comparison's folder; `null` when it isn't there.
 *
 * @throws The system's error, or TwintuneError COMPARISON_NOT_FOUND for what is no regular file, or too large.
 */
export function readRegular(file: string): string | null {
  const text = readBeginning(file, mostBytes)
  if (text !== null && Buffer.byteLength(text) >= mostBytes)
    throw unreadable(file, `it has more than ${mostBytes / mebibyte} MiB`)
  return text
}

/** Reads a text file in a comparison's folder; `null` when it isn't there or can't be read. */
export function readIfReadable(file: string): string | null {
  try {
    return readRegular(file)
  } catch {
    return null
  }
}

/** Reads the first line of a text file in a comparison's folder, or nothing where it is longer than 64 MiB. */
export function readFirstLine(file: string): string | null {
  // Lists are long where there are many comparisons, and most first lines are short.
  for (const most of [2 ** 14, 64 * mebibyte]) {
    const text = readBeginning(file, most)
    if (text === null) return null
    const end = text.indexOf('\n')
    if (end >= 0) return text.slice(0, end)
    if (Buffer.byteLength(text) < most) return text
  }
  return null
}

/** Reads the lines of a text file in a comparison's folder one by one; a line that no text could hold is passed over. */
export function* linesOf(file: string): Generator<string> {
  const descriptor = openRegular(file, constants.O_RDONLY)
  try {
    const chunk = Buffer.allocUnsafe(mebibyte)
    let parts: Buffer[] = []
    let length = 0
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
      let start = 0
      for (let end = chunk.indexOf(newline); end >= 0 && end < read; end = chunk.indexOf(newline, start)) {
        parts.push(chunk.subarray(start, end))
        if (length + end - start < mostBytes) yield Buffer.concat(parts).toString('utf8')
        parts = []
        length = 0
        start = end + 1
      }
      length += read - start
      // What is too long is not kept.
      if (length < mostBytes) parts.push(Buffer.from(chunk.subarray(start, read)))
      else parts = []
    }
    if (length > 0 && length < mostBytes) yield Buffer.concat(parts).toString('utf8')
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Refuses a comparison's folder with anything but regular files and folders in it, before this process or Python writes
 * there: links lead elsewhere.
 *
 * @throws TwintuneError COMPARISON_NOT_RESUMABLE with the path of the first such entry.
 */
export function requireOwnFiles(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name)
    if (entry.isDirectory()) requireOwnFiles(place)
    else if (!entry.isFile())
      throw new TwintuneError({
        code: 'COMPARISON_NOT_RESUMABLE',
        message: `${place} is ${entry.isSymbolicLink() ? 'a symbolic link' : 'no regular file'}: what is written there could land outside of the folder.`,
        hint: 'Put the file or folder itself there, or start anew.',
      })
  }
}

/** Whether a path is a folder, and not a link to one. */
export function isOwnFolder(folder: string): boolean {
  return lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function readBeginning(file: string, most: number): string | null {
  return readBytes(file, most)?.toString('utf8') ?? null
}

/**
 * Reads the first bytes of a file in a comparison's folder; `null` when it isn't there.
 *
 * @throws The system's error, or TwintuneError COMPARISON_NOT_FOUND for what is no regular file.
 */
export function readBytes(file: string, most: number): Buffer | null {
  const descriptor = openIfThere(file, constants.O_RDONLY)
  if (descriptor === null) return null
  try {
    const bytes = Buffer.allocUnsafe(Math.min(most, fstatSync(descriptor).size))
    let filled = 0
    while (filled < bytes.length) {
      const read = readSync(descriptor, bytes, filled, bytes.length - filled, filled)
      if (read === 0) break
      filled += read
    }
    return bytes.subarray(0, filled)
  } finally {
    closeSync(descriptor)
  }
}

/** Opens a regular file in a comparison's folder as `openRegular` does; `null` when it isn't there. */
export function openIfThere(file: string, flags: number): number | null {
  try {
    return openRegular(file, flags)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null
    throw error
  }
}

function unreadable(file: string, reason: string): TwintuneError {
  return new TwintuneError({
    code: 'COMPARISON_NOT_FOUND',
    message: `${file} can't be read: ${reason}.`,
    hint: 'Put the file itself there, or name another comparison.',
  })
}
