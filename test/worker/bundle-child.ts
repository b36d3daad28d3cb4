import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Bundles the worker's child once for all tests that start one: tsx would take half a second of a core for each.
 * bundled-locations.ts finds the bundle by TWINTUNE_TEST_CHILD.
 */
export default async function bundleChild(): Promise<() => void> {
  // Below the project, so that the bundle finds its packages.
  const folder = mkdtempSync(path.join(root, 'node_modules', '.twintune-child-'))
  const file = path.join(folder, 'child.mjs')
  await build({
    entryPoints: [path.join(root, 'src/worker/child.ts')],
    outfile: file,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
  })
  process.env.TWINTUNE_TEST_CHILD = file
  return () => rmSync(folder, { recursive: true, force: true })
}
