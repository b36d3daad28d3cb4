/** Ends a switch over a union: a case that isn't handled doesn't compile. */
export function unreachable(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`)
}
