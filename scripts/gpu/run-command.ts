import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { signalGroup } from '../../src/worker/process-group.js'

/** Variable that tells the processes of a step from all others, whose value is the step's place. */
export const stepVariable = 'TWINTUNE_GPU_STEP'

/** Seconds that a command gets to end by itself once its time is up, and again once it is killed. */
const graceSeconds = 10

export interface CommandOptions {
  readonly command: readonly [string, ...string[]]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Files that the two streams are written into. */
  readonly stdout: string
  readonly stderr: string
  readonly limitSeconds: number
  /** Place of the step, by which its processes are found again. */
  readonly place: string
  readonly signal: AbortSignal
}

/** How a command ended. */
export interface CommandEnd {
  /** Exit code; null for a command that a signal ended, or that could not be started. */
  readonly exitCode: number | null
  /** How the command ended where it has no exit code. */
  readonly problem: string | null
  readonly isTimedOut: boolean
  /** Whether the command went on although it was killed, as one that waits for a driver may. */
  readonly isStuck: boolean
}

/**
 * Runs a command in a process group of its own, with its output in files: a pipe would stay open for as long as anything
 * that the command has started. The group is told to end when the time is up or the signal is aborted, and then is killed;
 * what is left of it when the command has ended is killed too.
 */
export async function runCommand(options: CommandOptions): Promise<CommandEnd> {
  const { command, cwd, env, limitSeconds, place, signal } = options
  const [file, ...args] = command
  const descriptors = [openSync(options.stdout, 'w'), openSync(options.stderr, 'w')] as const
  const child = spawn(file, args, {
    cwd,
    detached: true,
    stdio: ['ignore', ...descriptors],
    env: { ...process.env, ...env, [stepVariable]: place },
  })
  const signalAll = (name: NodeJS.Signals): void => {
    if (child.pid !== undefined) signalGroup(child.pid, name)
  }
  const ended = new Promise<{ exitCode: number | null; problem: string | null }>((resolve) => {
    child.once('error', (error) => resolve({ exitCode: null, problem: error.message }))
    child.once('exit', (exitCode, by) =>
      resolve({ exitCode, problem: by === null ? null : `It was ended by ${by}.` }),
    )
  })
  const stopWaiting = new AbortController()
  const stopped = AbortSignal.any([signal, stopWaiting.signal])
  const timer = sleep(limitSeconds * 1000, 'time', { signal: stopped, ref: true }).catch(() => 'stopped')
  const first = await Promise.race([ended.then(() => 'ended' as const), timer])
  if (first !== 'ended') {
    signalAll('SIGTERM')
    await Promise.race([ended, graceUntil(stopWaiting.signal)])
    signalAll('SIGKILL')
  }
  const last = await Promise.race([ended, ...(first === 'ended' ? [] : [graceUntil(stopWaiting.signal)])])
  stopWaiting.abort()
  signalAll('SIGKILL')
  for (const descriptor of descriptors) closeSync(descriptor)
  child.unref()
  const end = last ?? { exitCode: null, problem: 'It went on although it was killed.' }
  return { ...end, isTimedOut: first === 'time', isStuck: last === null }
}

function graceUntil(signal: AbortSignal): Promise<null> {
  return sleep(graceSeconds * 1000, null, { signal }).catch(() => null)
}
