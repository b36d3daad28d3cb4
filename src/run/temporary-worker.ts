import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Framework } from '../spec/schema.js'
import { findPython } from '../worker/interpreter.js'
import { Worker } from '../worker/worker.js'

/**
 * Does something in a framework's Python, which starts for it and is stopped after it.
 *
 * @param use - Gets the worker, and a folder that goes with it: what Python prints matters only while it works, since a
 * failure quotes what it needs of it.
 * @param environment - Set for the worker and its Python.
 */
export async function withTemporaryWorker<T>(
  framework: Framework,
  use: (worker: Worker, folder: string) => Promise<T>,
  environment: Readonly<Record<string, string>> = {},
): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'twintune-'))
  try {
    const python = findPython(framework)
    const logFile = path.join(folder, `${framework}.log`)
    const worker = Worker.start({ name: framework, python, logFile, environment })
    try {
      return await use(worker, folder)
    } finally {
      await worker.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
