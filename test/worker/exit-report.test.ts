import { expect, it } from 'vitest'
import { type Ended, reportPythonEnd, reportWorkerDeath } from '../../src/worker/exit-report.js'

const ended: Ended = {
  name: 'tensorflow',
  python: '/venv/bin/python',
  module: '/package/python/bridge_main.py',
  logFile: '/runs/a/tensorflow.log',
  lastLines: 'first\nlast',
  refused: null,
}

it('suspects memory when Python was killed, and says what to lower', () => {
  const failure = reportPythonEnd({ exitCode: null, signal: 'SIGKILL', spawnError: null }, true, ended)
  expect(failure.message).toBe(
    'The Python of tensorflow ended with SIGKILL: something outside killed it, most often the system when memory runs out.',
  )
  expect(failure.hint).toContain('training.batchSize')
  // What it printed last has nothing to do with it.
  expect(failure.cause).toMatchObject({ message: '', detail: 'first\nlast' })
})

it.each(['SIGSEGV', 'SIGABRT'])('tells a crash by %s for want of memory as what it is', (signal) => {
  const end = { exitCode: null, signal, spawnError: null }
  expect(reportPythonEnd(end, true, { ...ended, refused: 'memory' })).toMatchObject({
    code: 'OUT_OF_MEMORY',
    message: `The Python of tensorflow crashed (${signal}) after it could get no more memory.`,
    hint: expect.stringContaining('training.batchSize'),
  })
  expect(reportPythonEnd(end, true, ended).code).toBe('PYTHON_DIED')
})

it('names the limit of processes and threads when it ended Python or the worker', () => {
  const end = { exitCode: null, signal: 'SIGABRT', spawnError: null }
  const without = { ...ended, refused: 'threads' } as const
  for (const failure of [reportPythonEnd(end, true, without), reportWorkerDeath(end, without)]) {
    expect(failure).toMatchObject({
      code: 'LIMIT_REACHED',
      message: expect.stringMatching(
        /^The limit of processes and threads was reached: .+ ended with SIGABRT\.$/,
      ),
      hint: expect.stringContaining('ulimit -u'),
    })
  }
})

it('points to the log when Python ended by itself', () => {
  expect(reportPythonEnd({ exitCode: 3, signal: null, spawnError: null }, true, ended)).toEqual({
    code: 'PYTHON_DIED',
    message: 'The Python of tensorflow ended with exit code 3.',
    hint: 'The log of the worker is /runs/a/tensorflow.log.',
    cause: { type: 'exit code 3', message: 'last', detail: 'first\nlast' },
  })
})

it('tells an interpreter that is missing from one that ends before it answers', () => {
  const missing = { exitCode: null, signal: null, spawnError: { code: 'ENOENT', message: 'spawn ENOENT' } }
  expect(reportPythonEnd(missing, false, ended).code).toBe('INTERPRETER_MISSING')
  const unusable = reportPythonEnd({ exitCode: 1, signal: null, spawnError: null }, false, ended)
  expect(unusable).toMatchObject({ code: 'INTERPRETER_UNUSABLE', cause: { detail: 'first\nlast' } })
})

it('gives a crash dump by its first line', () => {
  const crashed = {
    ...ended,
    lastLines: 'Fatal Python error: Aborted\n\nCurrent thread\nExtension modules: many',
  }
  const failure = reportPythonEnd({ exitCode: null, signal: 'SIGABRT', spawnError: null }, true, crashed)
  expect(failure.cause?.message).toBe('Fatal Python error: Aborted')
})

it('reports a worker process as such', () => {
  expect(reportWorkerDeath({ exitCode: 1, signal: null }, ended)).toMatchObject({ code: 'WORKER_DIED' })
})
