/** Lists five to ten round numbers around a range: multiples of 1, 2 or 5 times a power of ten. */
export function linearTicks(low: number, high: number): number[] {
  const raw = (high - low || Math.abs(high) || 1) / 6
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= raw) ?? 10)
  const first = Math.floor(low / step)
  const last = Math.max(Math.ceil(high / step), first + 1)
  // Multiplied anew each time and rounded, so that no tick reads 0.30000000000000004.
  const digits = Math.max(0, -Math.floor(Math.log10(step)))
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toFixed(digits)),
  )
}

/** Lists the exponents of the powers of ten in a range, its ends included. */
export function powersOfTen(low: number, high: number): number[] {
  // The logarithm of a power of ten may miss its whole number by a rounding.
  const first = Math.ceil(Math.log10(low) - 1e-9)
  const last = Math.floor(Math.log10(high) + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}
