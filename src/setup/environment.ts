import path from 'node:path'
import { execa } from 'execa'
import { cancelled, TwintuneError } from '../failure.js'
import { frameworkNames } from '../framework-names.js'
import { packageFolder } from '../package-folder.js'
import type { Framework } from '../spec/schema.js'

/** Virtual environment that `setup` makes or completes, and the frameworks that it is for. */
export interface EnvironmentPlan {
  /** Absolute path of the environment's folder. */
  readonly folder: string
  readonly frameworks: readonly Framework[]
  /** File of requirements in this package's folder. */
  readonly requirements: string
  /** Further packages, as pip takes them. */
  readonly extras: readonly string[]
}

/**
 * Plans the environments of a project. On a CPU both frameworks share one. On a GPU each has its own, since the CUDA packages
 * of the two may unpack into the same folders.
 */
export function planEnvironments(project: string, device: 'cpu' | 'gpu'): readonly EnvironmentPlan[] {
  const frameworks = Object.keys(frameworkNames) as Framework[]
  if (device === 'cpu') {
    return [{ folder: path.join(project, '.venv'), frameworks, requirements: 'requirements.txt', extras: [] }]
  }
  return frameworks.map((framework) => ({
    folder: path.join(project, `.venv-${framework}`),
    frameworks: [framework],
    requirements: `requirements-${framework}.txt`,
    // PyPI's PyTorch brings CUDA by itself.
    extras: framework === 'tensorflow' ? ['tensorflow[and-cuda]'] : [],
  }))
}

/**
 * Makes the virtual environment of a plan where there is none that works. Resolves to what was made, in words, or to null
 * where an environment was there already.
 *
 * @param python - Interpreter to make it with; null takes the first on the path that fits.
 * @throws TwintuneError INTERPRETER_UNUSABLE, when no Python fits or the one that fits can't make environments.
 */
export async function makeEnvironment(
  { folder }: EnvironmentPlan,
  python: string | null,
  signal: AbortSignal,
): Promise<string | null> {
  const script = path.join(packageFolder(), 'python', 'make-venv.sh')
  const { exitCode, stdout, stderr } = await execa(
    'sh',
    [script, folder, ...(python === null ? [] : [python])],
    {
      env: { NAME_PYTHON: 'twintune setup --python ' },
      reject: false,
      cancelSignal: signal,
    },
  )
  if (signal.aborted) throw new TwintuneError(cancelled)
  if (exitCode === 0) return stdout.trim() || null
  const [message = 'No virtual environment could be made.', ...hints] = stderr.trim().split('\n')
  throw new TwintuneError({
    code: 'INTERPRETER_UNUSABLE',
    message,
    hint: hints.map((line) => line.trim()).join(' ') || null,
  })
}
