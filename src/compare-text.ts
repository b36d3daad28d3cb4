/** Orders texts by their characters alone, so that every machine has the same order. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
