// Stands in for src/worker/locations.ts in the tests that start workers (see vitest.config.ts).

export { bridgeModule } from '../../src/worker/locations.js'

/** The child that bundle-child.ts has made, which Node runs without options. */
export function childEntry(): { readonly file: string; readonly nodeOptions: readonly string[] } {
  return { file: process.env.TWINTUNE_TEST_CHILD ?? '', nodeOptions: [] }
}
