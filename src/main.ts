#!/usr/bin/env node
import type { CommandContext } from './cli/context.js'
import { exitCodes } from './cli/exit-code.js'
import { runProgram } from './cli/program.js'
import { writeLine } from './log/output.js'

const { stdout, stderr } = process
const cancelling = new AbortController()

// The first signal asks for an orderly end. A second one ends the process on the spot: the workers go with it, since
// each ends itself and its Python when its channel to this process closes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (cancelling.signal.aborted) process.exit(exitCodes.cancelled)
    cancelling.abort()
  })
}

// A reader that has gone, as `head` does: the work goes on, and its record is in the run folder. A closed terminal
// cancels by SIGHUP, and what the orderly end then prints has nowhere to go.
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
  })
}

const context: CommandContext = {
  stdout: (line) => writeLine(stdout, line),
  stderr: (line) => writeLine(stderr, line),
  streams: { stdout, stderr },
  env: process.env,
  cwd: process.cwd(),
  signal: cancelling.signal,
}

process.exitCode = await runProgram(process.argv.slice(2), context)
