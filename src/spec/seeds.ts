/** Most seeds of an experiment. Each is a training run; more are a slip of the keys. */
export const mostSeeds = 10_000

/** Writes seeds as `parseSeeds` reads them: `0..5`, or `0,3,7..9`. */
export function formatSeeds(seeds: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const seed of seeds) {
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === seed - 1) last[1] = seed
    else ranges.push([seed, seed])
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}..${last}`)).join(',')
}

/** Largest seed that NumPy, TensorFlow and PyTorch all take. */
export const largestSeed = 2 ** 31 - 1

/** Reads seeds as `0..5` (both ends count), `0,3,7` or `3` (the seed 3 alone). Returns a message for any other text. */
export function parseSeeds(text: string): readonly number[] | { readonly message: string } {
  const seeds: number[] = []
  for (const part of text.split(',')) {
    const [, first, last = first] = /^\s*(\d+)\s*(?:\.\.\s*(\d+)\s*)?$/.exec(part) ?? []
    if (first === undefined) {
      return { message: `expected seeds such as 0..5, 0,3,7 or 3, got the text '${text}'` }
    }
    const count = Number(last) - Number(first) + 1
    if (count < 1) return { message: `the range ${part.trim()} runs backwards; write ${last}..${first}` }
    if (seeds.length + count > mostSeeds) return { message: `must be at most ${mostSeeds} seeds` }
    seeds.push(...Array.from({ length: count }, (_, index) => Number(first) + index))
  }
  return seeds
}
