import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import * as z from 'zod'
import { hasCode } from '../../failure.js'
import { frameworkSchema } from '../../spec/schema.js'
import { explainUnreadable } from '../folder/unreadable.js'
import { writableCache } from '../machine/cache-directory.js'

/** Schema of a cache entry's key, as Python writes it (`python/twintune/features/key.py`). */
const featureKeySchema = z.object({
  source: z.object({
    framework: frameworkSchema,
    backbone: z.string(),
    cut: z.string(),
    imageSize: z.int(),
    precision: z.string(),
    device: z.string(),
    variant: z.string(),
  }),
  split: z.enum(['train', 'validation', 'test']),
  images: z.int(),
  view: z.object({ number: z.int() }).nullable(),
})

/** Key of a cache entry, as far as people tell entries apart by it: all that its features depend on. */
export type FeatureKey = z.output<typeof featureKeySchema>

/** Entry of the feature cache: one file. */
export interface FeatureEntry {
  readonly file: string
  /** SHA-256 of all that the entry's features depend on. */
  readonly digest: string
  readonly bytes: number
  readonly usedAt: Date
  /** Key of the entry; `null` where the file can't be read, which the next run that looks for it will find too. */
  readonly key: FeatureKey | null
}

const suffix = '.safetensors'

/** Path of the folder that features are kept in. */
export function featureDirectory(env: Readonly<Record<string, string | undefined>>): string {
  return path.join(writableCache(env).folder, 'features')
}

/**
 * Lists the entries of a folder, the last used first.
 *
 * @throws TwintuneError CACHE_UNREADABLE when the folder is there and can't be read.
 */
export async function listFeatures(folder: string): Promise<FeatureEntry[]> {
  const names = (await namesIn(folder)).filter((name) => name.endsWith(suffix) && !name.startsWith('.'))
  const entries = await Promise.all(names.map((name) => readEntry(path.join(folder, name))))
  return entries.filter((entry) => entry !== null).toSorted((a, b) => b.usedAt.getTime() - a.usedAt.getTime())
}

/** Deletes entries, and returns those that are gone. A file that a run has mapped stays with it until its end. */
export async function deleteFeatures(entries: readonly FeatureEntry[]): Promise<FeatureEntry[]> {
  const deleted = await Promise.all(
    entries.map(async (entry) => {
      try {
        await rm(entry.file, { force: true })
        return entry
      } catch {
        // Windows keeps what a run has mapped, and a file of someone else stays theirs.
        return null
      }
    }),
  )
  return deleted.filter((entry) => entry !== null)
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    // The folder is made with its first entry.
    if (hasCode(error, 'ENOENT')) return []
    throw explainUnreadable(error, 'CACHE_UNREADABLE', folder, 'TWINTUNE_CACHE_DIR names another folder.')
  }
}

async function readEntry(file: string): Promise<FeatureEntry | null> {
  try {
    const status = await stat(file)
    // A pipe would never answer.
    if (!status.isFile()) return null
    const { size, mtime } = status
    const digest = path.basename(file, suffix)
    return { file, digest, bytes: size, usedAt: mtime, key: await readKey(file).catch(() => null) }
  } catch {
    // A run may have deleted it meanwhile to make room.
    return null
  }
}

async function readKey(file: string): Promise<FeatureKey | null> {
  const handle = await open(file)
  try {
    const { __metadata__ } = headerSchema.parse(JSON.parse(await readHeader(handle)))
    return featureKeySchema.parse(JSON.parse(__metadata__.key))
  } catch {
    return null
  } finally {
    await handle.close()
  }
}

const headerSchema = z.object({ __metadata__: z.object({ key: z.string() }) })

// A key with every augmentation fits into this many bytes. A length above it belongs to no header.
const longestHeader = 2 ** 20

/** Reads the header of a safetensors file: its length in eight bytes, little-endian, then JSON. */
async function readHeader(handle: FileHandle): Promise<string> {
  const length = Buffer.alloc(8)
  await handle.read(length, 0, 8, 0)
  const header = Buffer.alloc(Math.min(Number(length.readBigUInt64LE()), longestHeader))
  await handle.read(header, 0, header.length, 8)
  return header.toString('utf8')
}
