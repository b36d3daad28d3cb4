/** Environment variables of a process, by name. */
export type Environment = Readonly<Record<string, string>>

// pythonia prints all its traffic when any DEBUG variable is set; the Python ones change what Python can import or
// keep it from ending.
const unwanted = /^(DEBUG.*|PYTHONPATH|PYTHONHOME|PYTHONSAFEPATH|PYTHONINSPECT)$/i

// The longest that a timer takes; pythonia reads it once and knows no "never" for some calls.
const noTimeLimit = String(2 ** 31 - 1)

// PyTorch's OpenMP threads wait for each other by spinning. Beside another busy process the one that is waited for does
// not run, and a pass takes several times as long (docs/timing.md).
const waitingOfThreads = /^(GOMP_SPINCOUNT|OMP_WAIT_POLICY)$/
const shortSpins: Environment = { GOMP_SPINCOUNT: '1000' }

/**
 * Makes the environment of a worker and of its Python.
 *
 * @param python - Interpreter that pythonia starts.
 * @param inherited - Variables that the worker would have by itself.
 * @param given - Variables that are set over the inherited ones.
 */
export function workerEnvironment(
  python: string,
  inherited: NodeJS.ProcessEnv,
  given: Environment = {},
): Environment {
  const waiting = Object.keys({ ...inherited, ...given }).some((name) => waitingOfThreads.test(name))
    ? {}
    : shortSpins
  const fixed = { PYTHON_BIN: python, REQ_TIMEOUT: noTimeLimit, PYTHONUNBUFFERED: '1' }
  const all = { ...waiting, ...inherited, ...given, ...fixed }
  const wanted = Object.entries(all).flatMap(([name, value]) =>
    value === undefined || unwanted.test(name) ? [] : [[name, value]],
  )
  return Object.fromEntries(wanted)
}
