/**
 * Adjusts the p-values of one family by Holm's step-down method (Holm 1979), and returns them in the order of the
 * arguments. To call every adjusted p-value below α a difference errs in at most α of all families, whatever the
 * dependence between the tests.
 */
export function adjustByHolm(pValues: readonly number[]): number[] {
  const adjusted = pValues.map(() => 1)
  const ascending = pValues.map((_, index) => index).toSorted((a, b) => at(pValues, a) - at(pValues, b))
  let largest = 0
  ascending.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * at(pValues, index)))
    adjusted[index] = largest
  })
  return adjusted
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? Number.NaN
}
