import path from 'node:path'
import { execa } from 'execa'
import { cancelled, TwintuneError } from '../failure.js'
import { frameworkNames } from '../framework-names.js'
import { packageFolder } from '../package-folder.js'
import type { Framework } from '../spec/schema.js'
import { signalGroup } from '../worker/process-group.js'

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

/** Seconds in which every Python on the path has answered and an environment is made, on a slow disk too. */
const secondsForMaking = 180

/**
 * Makes the virtual environment of a plan where there is none that works. Resolves to what was made, in words, or to null
 * where an environment was there already.
 *
 * @param python - Interpreter to make it with; null takes the first on the path that fits.
 * @param limitSeconds - Seconds after which a Python that doesn't answer is waited for no longer.
 * @throws TwintuneError INTERPRETER_UNUSABLE, when no Python fits, or the one that fits can't make environments or doesn't
 * answer.
 */
export async function makeEnvironment(
  { folder }: EnvironmentPlan,
  python: string | null,
  signal: AbortSignal,
  limitSeconds = secondsForMaking,
): Promise<string | null> {
  const script = path.join(packageFolder(), 'python', 'make-venv.sh')
  // A group of its own: a Python that hangs would outlive the shell that asks it, and hold on to its output.
  const making = execa('sh', [script, folder, ...(python === null ? [] : [python])], {
    env: { NAME_PYTHON: 'twintune setup --python ' },
    reject: false,
    detached: true,
    stdin: 'ignore',
  })
  const endGroup = (): void => {
    if (making.pid !== undefined) signalGroup(making.pid, 'SIGKILL')
  }
  let hangs = false
  const timer = setTimeout(() => {
    hangs = true
    endGroup()
  }, 1000 * limitSeconds)
  signal.addEventListener('abort', endGroup)
  if (signal.aborted) endGroup()
  const { exitCode, stdout, stderr } = await making
  clearTimeout(timer)
  signal.removeEventListener('abort', endGroup)
  if (signal.aborted) throw new TwintuneError(cancelled)
  if (hangs)
    throw new TwintuneError({
      code: 'INTERPRETER_UNUSABLE',
      message: `${python ?? `The Python for ${folder}`} has not answered within ${limitSeconds} s.`,
      hint: `Name another one: twintune setup --python /path/to/python3.12. Where ${folder} was there before, its own Python may be the one that hangs: remove the folder then.`,
    })
  if (exitCode === 0) return stdout.trim() || null
  const [message = 'No virtual environment could be made.', ...hints] = stderr.trim().split('\n')
  throw new TwintuneError({
    code: 'INTERPRETER_UNUSABLE',
    message,
    hint: hints.map((line) => line.trim()).join(' ') || null,
  })
}
