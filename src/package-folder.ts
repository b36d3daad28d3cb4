import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this package, which holds `package.json` and `python/`: from its sources as well as from its bundles. */
export function packageFolder(): string {
  const here = fileURLToPath(import.meta.url)
  let folder = dirname(here)
  while (!existsSync(join(folder, 'python', 'bridge_main.py'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error(`The package of ${here} has no python/bridge_main.py.`)
    folder = parent
  }
  return folder
}
