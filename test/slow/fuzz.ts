import fc from 'fast-check'

/** Seed of this run's cases, in the names of all tests. TWINTUNE_FUZZ_SEED repeats a run. */
export const seed = Number(process.env.TWINTUNE_FUZZ_SEED ?? Date.now() % 2 ** 31)

/** Settings of a property: `cases` of them, from the run's seed. */
export function settings(cases: number): fc.Parameters<unknown> {
  return { seed, numRuns: cases, endOnFailure: true }
}

const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, -1, 0, 1e308, 2 ** 53, '', '\u0000', '\u001b[2J', '../..', '__proto__', [], {}),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

/** Values that differ from a good one in a place or a few: a part is another value, is gone, or stands twice. */
export function spoilt(good: unknown): fc.Arbitrary<unknown> {
  const change = fc.record({
    at: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
    how: fc.constantFrom('replace', 'delete', 'add'),
    value: anything,
    key: fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'seeds', 'training')),
  })
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const draft = { root: structuredClone(good) }
    for (const { at, how, value, key } of changes) spoil(draft, at, { how, value, key })
    return draft.root
  })
}

/** Texts that differ from a good one by pieces that are cut out, repeated, or replaced. */
export function garbled(good: string): fc.Arbitrary<string> {
  const change = fc.record({
    start: fc.nat({ max: good.length }),
    length: fc.nat({ max: 40 }),
    by: fc.oneof(
      fc.constant(''),
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('{', ']', '"', '\n', ': ', '- ', '&a ', '*a', '!!js ', '\u0000', '9'.repeat(400)),
    ),
  })
  return fc
    .array(change, { minLength: 1, maxLength: 4 })
    .map((changes) =>
      changes.reduce(
        (text, { start, length, by }) => text.slice(0, start) + by + text.slice(start + length),
        good,
      ),
    )
}

function spoil(
  draft: Record<string, unknown>,
  at: readonly number[],
  { how, value, key }: { readonly how: string; readonly value: unknown; readonly key: string },
): void {
  let parent: unknown = draft
  let name = 'root'
  for (const step of at) {
    const here: unknown = (parent as Record<string, unknown>)[name]
    if (typeof here !== 'object' || here === null) break
    const names = Object.keys(here)
    const next = names[step % Math.max(1, names.length)]
    if (next === undefined) break
    parent = here
    name = next
  }
  const holder = parent as Record<string, unknown>
  if (how === 'replace' || holder === draft) holder[name] = value
  else if (how === 'delete') delete holder[name]
  else holder[key] = value
}
