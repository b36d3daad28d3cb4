import * as z from 'zod'

export const shardSchema = z
  .strictObject({
    number: z.int().positive().describe('Number of the shard, from 1.'),
    of: z.int().positive().describe('Number of shards that the comparison is divided into.'),
  })
  .describe('Share of a comparison that is carried out into a folder of its own.')

/** Share of a comparison: the first of four is `{ number: 1, of: 4 }`. */
export type Shard = z.output<typeof shardSchema>

/** Writes a shard as `parseShard` reads it: `1/4`. */
export function formatShard({ number, of }: Shard): string {
  return `${number}/${of}`
}

/** Reads a shard as `1/4`; returns `null` for any other text. */
export function parseShard(text: string): Shard | null {
  const [, number, of] = /^([1-9]\d{0,8})\/([1-9]\d{0,8})$/.exec(text.trim()) ?? []
  const shard = { number: Number(number), of: Number(of) }
  return isShard(shard) ? shard : null
}

/** Whether a shard is one of those that its comparison is divided into. */
export function isShard({ number, of }: Shard): boolean {
  return Number.isInteger(number) && Number.isInteger(of) && 1 <= number && number <= of
}

/**
 * Lists the seeds of a shard. They follow each other, so that the order of the frameworks turns with each seed in every shard
 * too, and no shard has more than one seed more than another.
 *
 * @returns No seed for the last shards of more than there are seeds.
 */
export function seedsOfShard(seeds: readonly number[], { number, of }: Shard): number[] {
  const start = (share: number) => Math.floor((share * seeds.length) / of)
  return seeds.slice(start(number - 1), start(number))
}
