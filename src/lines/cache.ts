import * as z from 'zod'
import { frameworkSchema } from '../spec/schema.js'

const contentSchema = z.strictObject({
  framework: frameworkSchema,
  backbone: z.string(),
  cut: z.string().describe('Stage whose output is kept, or `pooled` for the pooled features.'),
  split: z.enum(['train', 'validation', 'test']),
  view: z.int().nullable().describe('Number of the fixed augmented view, from 0; null for plain images.'),
  images: z.int(),
  imageSize: z.int(),
  precision: z.string(),
  device: z.string(),
  variant: z
    .string()
    .describe('Name of the way in which the backbone computed, such as `eager` or `folded`.'),
})

export const cacheEntryLineSchema = z
  .strictObject({
    type: z.literal('cache-entry'),
    digest: z.string().describe('SHA-256 of all that the features depend on.'),
    file: z.string().describe('Absolute path of the file.'),
    bytes: z.int(),
    usedAt: z.iso.datetime().describe('Time of the last use in UTC, as ISO 8601.'),
    content: contentSchema.nullable().describe('Content of the file; null where the file is damaged.'),
  })
  .meta({ title: 'CacheEntryLine' })

export const cacheClearedLineSchema = z
  .strictObject({
    type: z.literal('cache-cleared'),
    folder: z.string().describe('Absolute path of the cache folder.'),
    entries: z.int().describe('Number of entries that were deleted.'),
    bytes: z.int().describe('Size of the deleted entries in bytes.'),
    kept: z.int().describe('Number of entries that could not be deleted.'),
  })
  .meta({ title: 'CacheClearedLine' })

/** Line of `twintune cache ls --json`: the features of one split. */
export type CacheEntryLine = z.output<typeof cacheEntryLineSchema>

/** Line of `twintune cache clear --json`. */
export type CacheClearedLine = z.output<typeof cacheClearedLineSchema>
