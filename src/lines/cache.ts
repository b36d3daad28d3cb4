import * as z from 'zod'
import { frameworkSchema } from '../spec/schema.js'

const contentSchema = z.strictObject({
  framework: frameworkSchema,
  backbone: z.string(),
  cut: z.string().describe('The stage whose output it is, or `pooled`.'),
  split: z.enum(['train', 'validation', 'test']),
  view: z.int().nullable().describe('Which of the fixed augmented views, from 0; null for plain images.'),
  images: z.int(),
  imageSize: z.int(),
  precision: z.string(),
  device: z.string(),
  variant: z.string().describe('How the backbone computed.'),
})

export const cacheEntryLineSchema = z
  .strictObject({
    type: z.literal('cache-entry'),
    digest: z.string().describe('SHA-256 of all that the features depend on.'),
    file: z.string().describe('Absolute.'),
    bytes: z.int(),
    usedAt: z.iso.datetime().describe('UTC.'),
    content: contentSchema.nullable().describe('null where the file is damaged.'),
  })
  .meta({ title: 'CacheEntryLine' })

export const cacheClearedLineSchema = z
  .strictObject({
    type: z.literal('cache-cleared'),
    folder: z.string().describe('Absolute.'),
    entries: z.int().describe('Those that were deleted.'),
    bytes: z.int().describe('What they took.'),
    kept: z.int().describe('Those that could not be deleted.'),
  })
  .meta({ title: 'CacheClearedLine' })

/** A line of `twintune cache ls --json`: the features of one split. */
export type CacheEntryLine = z.output<typeof cacheEntryLineSchema>

/** The line of `twintune cache clear --json`. */
export type CacheClearedLine = z.output<typeof cacheClearedLineSchema>
