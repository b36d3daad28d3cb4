import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { packageFolder } from '../package-folder.js'
import type { Framework } from '../spec/schema.js'

/**
 * Finds the Python to run a framework, the trackers or the search of a sweep with: `TWINTUNE_PYTHON_TENSORFLOW`, `TWINTUNE_PYTHON_PYTORCH`,
 * `TWINTUNE_PYTHON_TRACKING` or `TWINTUNE_PYTHON_SEARCH`, else `TWINTUNE_PYTHON`, else the first environment that `twintune setup` makes in a folder, else `python3`. The folders are the
 * working directory, the project that this package is installed in, and this package. In each of them the framework's
 * own `.venv-tensorflow` or `.venv-pytorch`, `.venv-tracking` or `.venv-search`, goes before the `.venv` of both.
 */
export function findPython(
  user: Framework | 'tracking' | 'search',
  environment: Readonly<Record<string, string | undefined>> = process.env,
  folders: readonly string[] = foldersOfEnvironments(),
): string {
  const named = environment[`TWINTUNE_PYTHON_${user.toUpperCase()}`] || environment.TWINTUNE_PYTHON
  const environments = folders.flatMap((folder) => [join(folder, `.venv-${user}`), join(folder, '.venv')])
  return named || environments.map(interpreterIn).find(existsSync) || 'python3'
}

function foldersOfEnvironments(): readonly string[] {
  const ours = packageFolder()
  const isInstalled = basename(dirname(ours)) === 'node_modules'
  return [process.cwd(), ...(isInstalled ? [dirname(dirname(ours))] : []), ours]
}

/** Path of the interpreter in the folder of a virtual environment. */
export function interpreterIn(environment: string): string {
  return process.platform === 'win32'
    ? join(environment, 'Scripts', 'python.exe')
    : join(environment, 'bin', 'python')
}
