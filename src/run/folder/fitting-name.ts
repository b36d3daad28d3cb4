/**
 * Picks those that the user may mean: the one whose name is written out, else those whose names begin or end with what is
 * written. Nothing fits an empty name: a variable of a script that was never set must not stand for whatever there is.
 */
export function fittingName<T extends { readonly name: string }>(
  named: string,
  candidates: readonly T[],
): readonly T[] {
  if (named === '') return []
  const exact = candidates.find(({ name }) => name === named)
  if (exact) return [exact]
  return candidates.filter(({ name }) => name.startsWith(named) || name.endsWith(named))
}
