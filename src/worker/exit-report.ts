import { type Failure, limitReached } from '../failure.js'
import type { PythonEnd } from './ipc.js'
import { crashDump, type Refused } from './log-tail.js'
import type { Silence } from './silence-watch.js'

/** Worker that ended, as the reports of its end speak of it. */
export interface Ended {
  readonly name: string
  readonly python: string
  /** Python module that the worker was to load. */
  readonly module: string
  readonly logFile: string
  /** Last lines that the worker and its Python printed. */
  readonly lastLines: string
  /** Resource that the system refused them before, by what they printed. */
  readonly refused: Refused | null
}

/** End of a process: by a signal, or by itself with an exit code. */
export interface Exit {
  readonly exitCode: number | null
  readonly signal: string | null
}

const chooseInterpreter =
  'Run `twintune setup`, which makes .venv here, without the TWINTUNE_PYTHON variables; or set TWINTUNE_PYTHON to a Python 3.11 to 3.13 that has the frameworks.'

// Most likely meaning of each signal; `hint` gets the log file.
const signals: Readonly<
  Record<string, { readonly likely: string; readonly hint: (logFile: string) => string }>
> = {
  SIGKILL: {
    likely: 'something outside killed it, most often the system when memory runs out',
    hint: () => 'Lower training.batchSize or dataset.imageSize, or close what else uses memory.',
  },
  SIGTERM: { likely: 'something outside told it to end', hint: () => 'Run it again.' },
  SIGSEGV: { likely: 'native code crashed (segmentation fault)', hint: crashHint },
  SIGBUS: { likely: 'native code crashed (bad memory access)', hint: crashHint },
  SIGFPE: { likely: 'native code crashed (arithmetic)', hint: crashHint },
  SIGILL: { likely: 'native code uses an instruction that this processor lacks', hint: crashHint },
  SIGABRT: { likely: 'native code gave up (abort)', hint: crashHint },
}

const crashes: ReadonlySet<string> = new Set(['SIGSEGV', 'SIGBUS', 'SIGABRT'])

/** Reports a Python that ended or never ran. One that had not `answered` yet is no Python to work with. */
export function reportPythonEnd(end: PythonEnd, answered: boolean, ended: Ended): Failure {
  const limit = limitThatEnded(`The Python of ${ended.name}`, end, ended)
  if (limit !== null) return limit
  if (answered) return reportPythonDeath(end, ended)
  if (end.spawnError && ['ENOENT', 'ENOTDIR'].includes(end.spawnError.code)) {
    return {
      code: 'INTERPRETER_MISSING',
      message: `There is no Python interpreter ${ended.python} for ${ended.name}.`,
      hint: chooseInterpreter,
      cause: null,
    }
  }
  if (end.spawnError) return reportUnusable(`can't be run: ${end.spawnError.message}`, ended)
  return reportUnusable(`ended with ${describeExit(end)} before it answered`, ended, causeOf(end, ended))
}

/** Reports an interpreter that is of no use; `how` is the message's predicate. */
export function reportUnusable(how: string, ended: Ended, cause: Failure['cause'] = null): Failure {
  return {
    code: 'INTERPRETER_UNUSABLE',
    message: `${ended.python}, the Python for ${ended.name}, ${how}.`,
    hint: chooseInterpreter,
    cause,
  }
}

/** Reports a call that failed in pythonia, not in Python's own code: mostly a module that can't be loaded. */
export function reportBridgeFailure(text: string, answered: boolean, ended: Ended): Failure {
  const cause = { type: 'PythonException', message: lastLine(text), detail: text }
  if (!answered) return reportUnusable(`can't load ${ended.module}`, ended, cause)
  return {
    code: 'INTERNAL',
    message: `The bridge to ${ended.name} failed.`,
    hint: 'Please report it.',
    cause,
  }
}

/** Reports a Python that was ended because it neither reported nor computed anything for too long. */
export function reportHungPython({ seconds, stoppedPid, place }: Silence, ended: Ended): Failure {
  const isStopped = stoppedPid !== null
  const at = isStopped ? `, process ${stoppedPid} stopped by a signal` : place === null ? '' : `, at ${place}`
  return {
    code: 'PYTHON_HUNG',
    message: `The Python of ${ended.name} hung${at}: it neither reported nor computed anything for ${Math.round(seconds)} seconds, and was ended.`,
    hint: `${isStopped ? '' : `Its stack is in ${ended.logFile}. `}A longer --hang-timeout waits longer for it.`,
    cause: { type: 'silence', message: place ?? '', detail: ended.lastLines },
  }
}

/** Reports a worker's Node process that ended. */
export function reportWorkerDeath(exit: Exit, ended: Ended): Failure {
  const worker = `The worker process of ${ended.name}`
  return (
    limitThatEnded(worker, exit, ended) ?? {
      code: 'WORKER_DIED',
      message: `${worker} ended with ${describeExit(exit)}.`,
      hint: `The log of the worker is ${ended.logFile}.`,
      cause: causeOf(exit, ended),
    }
  )
}

/** Reports a process that gave up because it could start no thread; `null` for any other end. */
function limitThatEnded(process: string, exit: Exit, ended: Ended): Failure | null {
  if (ended.refused !== 'threads' || exit.signal === null || !crashes.has(exit.signal)) return null
  return limitReached('processes', `${process} ended with ${exit.signal}`, causeOf(exit, ended))
}

function reportPythonDeath(exit: Exit, ended: Ended): Failure {
  // Native code that is refused memory often crashes at what it didn't get.
  if (ended.refused === 'memory' && exit.signal !== null && crashes.has(exit.signal)) {
    return {
      code: 'OUT_OF_MEMORY',
      message: `The Python of ${ended.name} crashed (${exit.signal}) after it could get no more memory.`,
      hint: 'Lower training.batchSize or dataset.imageSize.',
      cause: causeOf(exit, ended),
    }
  }
  const signal = exit.signal === null ? undefined : signals[exit.signal]
  const likely = signal ? `: ${signal.likely}` : ''
  return {
    code: 'PYTHON_DIED',
    message: `The Python of ${ended.name} ended with ${describeExit(exit)}${likely}.`,
    hint: signal?.hint(ended.logFile) ?? `The log of the worker is ${ended.logFile}.`,
    cause: causeOf(exit, ended),
  }
}

function describeExit({ exitCode, signal }: Exit): string {
  return signal ?? `exit code ${exitCode}`
}

function causeOf(exit: Exit, { lastLines }: Ended): Failure['cause'] {
  const [first = ''] = lastLines.split('\n')
  // Who is killed from outside had said nothing of it.
  const killed = exit.signal === 'SIGKILL' || exit.signal === 'SIGTERM'
  const message = first.startsWith(crashDump) ? first : killed ? '' : lastLine(lastLines)
  return { type: describeExit(exit), message, detail: lastLines }
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}

function crashHint(logFile: string): string {
  return `Python's crash dump is in ${logFile}; check that the framework's packages fit this machine.`
}
