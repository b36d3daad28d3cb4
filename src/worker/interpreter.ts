import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../package-folder.js'
import type { Framework } from '../spec/schema.js'

/**
 * Finds the Python to run a framework or the trackers with: `TWINTUNE_PYTHON_TENSORFLOW`, `TWINTUNE_PYTHON_PYTORCH` or
 * `TWINTUNE_PYTHON_TRACKING`, else `TWINTUNE_PYTHON`, else the `.venv` of the working directory, else that of this package, else `python3`.
 */
export function findPython(
  user: Framework | 'tracking',
  environment: Readonly<Record<string, string | undefined>> = process.env,
  folders: readonly string[] = [process.cwd(), packageFolder()],
): string {
  const named = environment[`TWINTUNE_PYTHON_${user.toUpperCase()}`] || environment.TWINTUNE_PYTHON
  return named || folders.map(interpreterOf).find(existsSync) || 'python3'
}

function interpreterOf(folder: string): string {
  return process.platform === 'win32'
    ? join(folder, '.venv', 'Scripts', 'python.exe')
    : join(folder, '.venv', 'bin', 'python')
}
