#!/usr/bin/env node
import { isatty } from 'node:tty'
import type { CommandContext } from './cli/context.js'
import { exitCodes } from './cli/exit-code.js'
import { runProgram } from './cli/program.js'
import { writeData, writeLine } from './log/output.js'

const { stdout, stderr } = process
const cancelling = new AbortController()

// The first signal asks for an orderly end, which takes up to two seconds. A later one ends the process on the spot:
// the workers go with it, since each ends itself and its Python when its channel to this process closes.
const orderlyEndMilliseconds = 2000
// `nohup` leaves a command no terminal, and wants it to go on without one; that the signal is ignored Node forgets.
const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor))
let cancelledAt = Number.POSITIVE_INFINITY
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (signal === 'SIGHUP' && !hasTerminal) return
    if (Date.now() - cancelledAt > orderlyEndMilliseconds) process.exit(exitCodes.cancelled)
    cancelledAt = Math.min(cancelledAt, Date.now())
    cancelling.abort()
  })
}

// A reader that has gone, as `head` has, ends the work as Ctrl-C does: what has run can be resumed. A closed terminal cancels
// by SIGHUP, and what the orderly end then prints has nowhere to go. Any other failure, as of a full disk, ends the work
// with a message: who redirects the output wants it.
let isUnwritable = false
for (const [stream, other] of [
  [stdout, stderr],
  [stderr, stdout],
] as const) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') cancelling.abort()
    if (error.code === 'EPIPE' || error.code === 'EIO' || isUnwritable) return
    isUnwritable = true
    writeLine(other, `The output can't be written: ${error.message}.`)
    cancelling.abort()
  })
}

const context: CommandContext = {
  stdout: (line) => (process.argv.includes('--json') ? writeData : writeLine)(stdout, line),
  stderr: (line) => writeLine(stderr, line),
  streams: { stdout, stderr },
  // It is opened by the command that reads it.
  get stdin() {
    return process.stdin
  },
  env: process.env,
  // A folder that was deleted is none: the command that needs it says so.
  get cwd() {
    return process.cwd()
  },
  signal: cancelling.signal,
}

process.exitCode = await runProgram(process.argv.slice(2), context)
// The output that a slow reader has yet to take is written first; then all that keeps the process going is ended.
await Promise.all([stdout, stderr].map((stream) => new Promise((done) => stream.write('', done))))
if (isUnwritable) process.exitCode = exitCodes.runFailed
setTimeout(() => process.exit(), 1000).unref()
