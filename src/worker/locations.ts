import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { packageFolder } from '../package-folder.js'

// Places of this package's own files, the same from its sources as from its bundles.

const here = fileURLToPath(import.meta.url)
const runsFromSource = here.endsWith('.ts')

/** Path of the module that a worker's Python loads. */
export function bridgeModule(): string {
  return join(packageFolder(), 'python', 'bridge_main.py')
}

/** Path of the module that the Python loads whose work is done on a Ray cluster. */
export function rayModule(): string {
  return join(packageFolder(), 'python', 'ray_main.py')
}

/** Entry file of a worker's Node process, and the options that Node needs to run it. */
export function childEntry(): { readonly file: string; readonly nodeOptions: readonly string[] } {
  if (!runsFromSource) return { file: join(packageFolder(), 'dist', 'worker-child.js'), nodeOptions: [] }
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return { file: join(dirname(here), 'child.ts'), nodeOptions: ['--import', tsx] }
}
