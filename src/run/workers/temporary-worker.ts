import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { type FailureCode, TwintuneError } from '../../failure.js'
import type { Framework } from '../../spec/schema.js'
import { findPython } from '../../worker/interpreter.js'
import { Worker } from '../../worker/worker.js'
import { makeTemporaryFolder, sweepTemporaryFolders } from '../machine/temporary-folders.js'

/**
 * Does something in a framework's Python, which starts for it and is stopped after it.
 *
 * @param use - Function that gets the worker, and a folder that is deleted with it. Only the log of what Python prints
 * stays, and only where a process has crashed: the failure names it.
 * @param environment - Environment variables that are set for the worker and its Python.
 */
export async function withTemporaryWorker<T>(
  framework: Framework,
  use: (worker: Worker, folder: string) => Promise<T>,
  environment: Readonly<Record<string, string>> = {},
): Promise<T> {
  sweepTemporaryFolders()
  const folder = makeTemporaryFolder()
  const logFile = path.join(folder, `${framework}.log`)
  let crashed = false
  try {
    const python = findPython(framework)
    const worker = Worker.start({ name: framework, python, logFile, environment })
    try {
      return await use(worker, folder)
    } finally {
      await worker.stop()
    }
  } catch (error) {
    crashed = error instanceof TwintuneError && crashes.includes(error.failure.code)
    throw error
  } finally {
    const entries = crashed ? (await readdir(folder)).map((entry) => path.join(folder, entry)) : [folder]
    const left = entries.filter((entry) => entry !== logFile)
    await Promise.all(left.map((entry) => rm(entry, { recursive: true, force: true })))
  }
}

const crashes: readonly FailureCode[] = ['PYTHON_DIED', 'WORKER_DIED']
