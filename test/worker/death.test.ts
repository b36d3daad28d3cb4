import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import type { Worker } from '../../src/worker/worker.js'
import { endNow, segfault, sleep, startChild } from '../fixtures/bridge/messages.js'
import { untilGone } from '../processes.js'
import { failureOf, fixtureModule, newFile, python, startWorker } from './rig.js'

// What is left, and what is said, when a process dies.

it('reports a Python that was killed, and is gone itself', async () => {
  const { worker } = startWorker()
  const request = whileAsleep(worker, () => process.kill(Number(worker.pythonPid), 'SIGKILL'))
  expect(await failureOf(request)).toMatchObject({
    code: 'PYTHON_DIED',
    message: expect.stringContaining('memory'),
    cause: { type: 'SIGKILL' },
  })
  expect(worker.state).toBe('stopped')
  await untilGone(worker.workerPid, worker.pythonPid)
  expect(await failureOf(worker.request(sleep, {}))).toMatchObject({ code: 'PYTHON_DIED' })
})

it("reports a segmentation fault with Python's crash dump", async () => {
  const { worker, logFile } = startWorker()
  expect(await failureOf(worker.request(segfault, {}))).toMatchObject({
    code: 'PYTHON_DIED',
    hint: expect.stringContaining(logFile),
    cause: {
      type: 'SIGSEGV',
      message: 'Fatal Python error: Segmentation fault',
      detail: expect.stringContaining('in segfault'),
    },
  })
})

it('reports a Python that ended itself, with its last words', async () => {
  const { worker } = startWorker()
  expect(await failureOf(worker.request(endNow, {}))).toMatchObject({
    code: 'PYTHON_DIED',
    cause: { type: 'exit code 7', message: 'the last words' },
  })
})

it('reports a worker process that was killed, and ends its Python', async () => {
  const { worker } = startWorker()
  const request = whileAsleep(worker, () => process.kill(worker.workerPid, 'SIGKILL'))
  expect(await failureOf(request)).toMatchObject({ code: 'WORKER_DIED', cause: { type: 'SIGKILL' } })
  await untilGone(worker.workerPid, worker.pythonPid)
})

it('ends the request even when the log can not be read', async () => {
  const { worker, logFile } = startWorker()
  const request = whileAsleep(worker, () => {
    rmSync(logFile)
    mkdirSync(logFile)
    process.kill(worker.workerPid, 'SIGKILL')
  })
  expect(await failureOf(request)).toMatchObject({ code: 'WORKER_DIED', cause: { detail: '' } })
  expect(worker.state).toBe('stopped')
})

it('leaves nothing behind when the process that started it is killed', async () => {
  const { orchestrator, workerPid, pythonPid } = await startOrchestrator()
  orchestrator.kill('SIGKILL')
  await untilGone(orchestrator.pid, workerPid, pythonPid)
})

it('leaves no Python behind when that process and the worker are killed at once', async () => {
  const { orchestrator, workerPid, pythonPid } = await startOrchestrator()
  orchestrator.kill('SIGKILL')
  process.kill(workerPid, 'SIGKILL')
  await untilGone(orchestrator.pid, workerPid, pythonPid)
})

it('ends a Python that does not listen to a cancel', async () => {
  const { worker } = startWorker()
  const controller = new AbortController()
  const request = whileAsleep(worker, () => controller.abort(), controller.signal)
  expect(await failureOf(request)).toMatchObject({ code: 'CANCELLED' })
  await untilGone(worker.workerPid, worker.pythonPid)
})

it('stops an idle worker, its Python and what that started', async () => {
  const { worker } = startWorker()
  const { pid } = await worker.request(startChild, {})
  await Promise.all([worker.stop(), worker.stop()])
  expect(worker.state).toBe('stopped')
  await untilGone(worker.workerPid, worker.pythonPid, pid)
  expect(await failureOf(worker.request(startChild, {}))).toMatchObject({ code: 'CANCELLED' })
})

it('stops a worker that is busy', async () => {
  const { worker } = startWorker()
  const request = whileAsleep(worker, () => void worker.stop())
  expect(await failureOf(request)).toMatchObject({ code: 'CANCELLED' })
  await untilGone(worker.workerPid, worker.pythonPid)
})

it('stops a worker that is still starting', async () => {
  const { worker } = startWorker()
  await worker.stop()
  expect(await failureOf(worker.ready)).toMatchObject({ code: 'CANCELLED' })
  await untilGone(worker.workerPid)
})

/** Asks for a minute's sleep, and acts when Python has begun it. */
function whileAsleep(worker: Worker, act: () => void, signal?: AbortSignal): Promise<unknown> {
  return worker.request(sleep, {}, signal ? { onProgress: act, signal } : { onProgress: act })
}

/** Starts a process that has a busy worker. */
async function startOrchestrator(): Promise<{
  orchestrator: ChildProcess
  workerPid: number
  pythonPid: number
}> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const script = fileURLToPath(new URL('../fixtures/bridge/orchestrator.ts', import.meta.url))
  const orchestrator = spawn(
    process.execPath,
    ['--import', tsx, script, fixtureModule, python, newFile('log')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = await once(orchestrator.stdout, 'data')
  return { orchestrator, ...JSON.parse(String(line)) }
}
