import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { type Failure, toFailure } from '../../src/failure.js'
import { findPython } from '../../src/worker/interpreter.js'
import { Worker } from '../../src/worker/worker.js'
import type { WorkerOptions } from '../../src/worker/worker-options.js'

// Real workers with a real Python behind the real bridge; only the handlers are the fixture's.

export const python = findPython('pytorch')
export const fixtureModule = fileURLToPath(new URL('../fixtures/bridge/fixture_main.py', import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'twintune-worker-'))
const workers: Worker[] = []

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()))
  rmSync(folder, { recursive: true })
})

/** A worker with the fixture's handlers and a log of its own, stopped after the file's tests. */
export function startWorker(options: Partial<WorkerOptions> = {}): { worker: Worker; logFile: string } {
  const logFile = newFile('log')
  const worker = Worker.start({ name: 'fixture', python, module: fixtureModule, logFile, ...options })
  workers.push(worker)
  return { worker, logFile }
}

let files = 0

/** A path in the tests' temporary folder that is not taken. */
export function newFile(extension: string): string {
  files += 1
  return join(folder, `${files}.${extension}`)
}

/** The failure that a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  return promise.then(
    () => {
      throw new Error('It should have failed.')
    },
    (error: unknown) => toFailure(error),
  )
}

export function read(file: string): string {
  return readFileSync(file, 'utf8')
}
