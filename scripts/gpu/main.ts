// Tries twintune on a GPU and writes one page of it: `make gpu`. `--cpu` tries the steps themselves on a CPU, on next to
// nothing. `--folder FOLDER` names another folder than gpu-report. A second call goes on where the first one stopped.

import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { TwintuneError } from '../../src/failure.js'
import { FolderLock } from '../../src/run/folder/lock.js'
import { carryOutAll } from './call.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { values } = parseArgs({
  options: { cpu: { type: 'boolean', default: false }, folder: { type: 'string', default: 'gpu-report' } },
})
const device = values.cpu ? 'cpu' : 'gpu'
// A trial has a folder of its own, so that no figure of a CPU is taken for one of a GPU.
const folder = path.resolve(root, device === 'cpu' ? `${values.folder}-cpu` : values.folder)
const broken = new AbortController()
const say = (line: string): void => void process.stdout.write(`${line}\n`)
// A terminal that is gone, or a pipe that nobody reads, must not end the step.
process.stdout.on('error', () => {})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!broken.signal.aborted) say('The step that is running is being ended; the next call carries it out.')
    broken.abort()
  })
}

let lock: FolderLock | null = null
try {
  mkdirSync(folder, { recursive: true })
  lock = FolderLock.take(folder)
  process.exitCode = await carryOutAll({ device, folder, root, signal: broken.signal, say })
} catch (error) {
  say(whyStopped(error))
  process.exitCode = 1
} finally {
  lock?.release()
}

function whyStopped(error: unknown): string {
  if (error instanceof TwintuneError && error.failure.code === 'COMPARISON_IN_USE')
    return `Another call works in ${folder}. ${error.failure.hint}`
  if (!(error instanceof Error && 'syscall' in error)) throw error
  return `make gpu stopped, since it can't use ${folder}: ${error.message}. Make room, or name another folder: make gpu ARGS='--folder FOLDER'. The next call in the same folder goes on.`
}
