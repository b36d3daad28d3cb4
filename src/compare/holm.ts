/**
 * P-values of one family, adjusted by Holm's step-down (Holm 1979): to call those below α different errs, with whatever
 * dependence, in at most α of all families. In the order of the arguments.
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
