import path from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  count,
  countUntilTold,
  echo,
  echoOfText,
  endNow,
  exitProcess,
  notANumber,
  raiseError,
  reportsWrongly,
  speak,
  unknown,
  variables,
} from '../fixtures/bridge/messages.js'
import { failureOf, newFile, read, startWorker } from './rig.js'

it('appends what it prints to another file once it is told to, and speaks of that file when it dies', async () => {
  const { worker, logFile } = startWorker()
  await worker.request(speak, {})
  const other = path.join(path.dirname(newFile('')), 'new-folder', 'other.log')
  await worker.logTo(other)
  await worker.request(speak, {})
  const failure = await failureOf(worker.request(endNow, {}))
  expect(read(logFile).match(/said on stdout/g)).toHaveLength(1)
  expect(read(other).match(/said on stdout|said on stderr|said by a child|the last words/g)).toHaveLength(4)
  expect(failure).toMatchObject({ cause: { message: 'the last words' } })
  expect(failure.hint).toContain(other)
})

describe('a worker at work', () => {
  const { worker, logFile } = startWorker({ environment: { DEBUG: '*', TWINTUNE_TEST: 'given' } })

  it('is ready with both process ids and the time that it took', async () => {
    await worker.ready
    expect(worker.state).toBe('ready')
    expect(worker.pythonPid).not.toBe(worker.workerPid)
    expect(worker.startSeconds).toBeGreaterThan(0)
  })

  it('brings any text through unchanged, a megabyte too', async () => {
    const payload = {
      text: 'Grüße — 日本語 🐍\n\u0000"\\',
      long: 'é'.repeat(1_000_000),
      nested: { list: [1, null] },
    }
    expect(await worker.request(echo, payload)).toEqual(payload)
  })

  it("carries a key of pythonia's own as any other", async () => {
    const payload = { ffid: 1, inner: { ffid: 0, r: 1 } }
    expect(await worker.request(echo, payload)).toEqual(payload)
  })

  it('reports progress in order', async () => {
    const seen: (number | null)[] = []
    await worker.request(count, { to: 500 }, { onProgress: ({ number }) => seen.push(number) })
    expect(seen).toEqual(Array.from({ length: 500 }, (_, index) => index))
  })

  it('carries out one request at a time, in the order of asking', async () => {
    const seen: string[] = []
    const ask = (name: string) =>
      worker.request(count, { to: 3 }, { onProgress: ({ number }) => seen.push(`${name}${number}`) })
    await Promise.all([ask('a'), ask('b'), ask('c')])
    expect(seen).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2', 'c0', 'c1', 'c2'])
  })

  it('turns NaN and infinity into null', async () => {
    expect(await worker.request(notANumber, {})).toEqual({ value: null, values: [null, 1.5] })
  })

  it('gives an exception as a failure with its type, message and traceback', async () => {
    expect(await failureOf(worker.request(raiseError, {}))).toMatchObject({
      code: 'PYTHON_EXCEPTION',
      message: 'ValueError: the last line',
      cause: {
        type: 'ValueError',
        message: 'the first line\nthe last line',
        detail: expect.stringMatching(/^Traceback[\s\S]+in raise_error\n/),
      },
    })
  })

  it('survives sys.exit in a handler', async () => {
    expect(await failureOf(worker.request(exitProcess, {}))).toMatchObject({
      code: 'PYTHON_EXCEPTION',
      cause: { type: 'SystemExit' },
    })
    expect(worker.state).toBe('ready')
  })

  it('refuses a request that breaks its schema and names the path', async () => {
    const failure = await failureOf(worker.request(count, { to: 1.5 }))
    expect(failure).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('to: ') })
  })

  it('refuses a result that breaks its schema and names the path', async () => {
    const failure = await failureOf(worker.request(echoOfText, { answer: { text: 1 } }))
    expect(failure).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('answer.text: ') })
    expect(worker.state).toBe('ready')
  })

  it('says when Python does not know a message', async () => {
    const failure = await failureOf(worker.request(unknown, {}))
    expect(failure).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('no_such_handler') })
  })

  it('writes all that is printed to the log file, and no traffic', async () => {
    await worker.request(speak, {})
    expect(read(logFile)).toBe('said on stdout\nsaid on stderr\nsaid by a child\n')
  })

  it("gives Python a given variable, and none of the bridge's channel", async () => {
    const environment = await worker.request(variables, {})
    expect(environment).toMatchObject({ TWINTUNE_TEST: 'given', PYTHONUNBUFFERED: '1' })
    expect(environment).not.toHaveProperty('NODE_CHANNEL_FD')
  })
})

describe('cancelling', () => {
  const { worker } = startWorker()

  it('stops Python at its next report, and the worker can be used again', async () => {
    const controller = new AbortController()
    const request = worker.request(
      countUntilTold,
      {},
      { onProgress: ({ number }) => number === 3 && controller.abort(), signal: controller.signal },
    )
    expect(await failureOf(request)).toMatchObject({ code: 'CANCELLED' })
    expect(worker.state).toBe('ready')
    expect(await worker.request(count, { to: 3 })).toEqual({})
  })

  it('never asks Python when the signal has aborted before', async () => {
    const request = worker.request(countUntilTold, {}, { signal: AbortSignal.abort() })
    expect(await failureOf(request)).toMatchObject({ code: 'CANCELLED' })
  })

  it('takes a waiting request out of the queue, and those behind it go on', async () => {
    const first = new AbortController()
    const second = new AbortController()
    const running = worker.request(countUntilTold, {}, { signal: first.signal })
    const waiting = worker.request(countUntilTold, {}, { signal: second.signal })
    const behind = worker.request(echo, { and: 'on' })
    second.abort()
    expect(await failureOf(waiting)).toMatchObject({ code: 'CANCELLED' })
    first.abort()
    expect(await failureOf(running)).toMatchObject({ code: 'CANCELLED' })
    expect(await behind).toEqual({ and: 'on' })
  })
})

describe('a worker that cannot work', () => {
  it.each(['/nowhere/python', `${process.execPath}/`])(
    'names an interpreter that is not there: %s',
    async (python) => {
      const { worker } = startWorker({ python })
      expect(await failureOf(worker.ready)).toMatchObject({
        code: 'INTERPRETER_MISSING',
        message: expect.stringContaining(python),
        hint: expect.stringContaining('TWINTUNE_PYTHON'),
      })
      expect(await failureOf(worker.request(echo, {}))).toMatchObject({ code: 'INTERPRETER_MISSING' })
    },
  )

  it.each([
    ['is not Python', 'false', 'exit code 1'],
    ['is a folder', process.cwd(), 'EACCES'],
    ['prints without end', 'yes', 'prints without end'],
  ])('says of an interpreter that %s why it is unusable', async (_, interpreter, reason) => {
    const { worker } = startWorker({ python: interpreter })
    const failure = await failureOf(worker.ready)
    expect(failure).toMatchObject({ code: 'INTERPRETER_UNUSABLE', message: expect.stringContaining(reason) })
  })

  it('says that an entry module cannot be loaded', async () => {
    const { worker } = startWorker({ module: '/nowhere/bridge_main.py' })
    expect(await failureOf(worker.ready)).toMatchObject({
      code: 'INTERPRETER_UNUSABLE',
      cause: { detail: expect.stringContaining('FileNotFoundError') },
    })
  })

  it('ends when a progress report breaks its schema', async () => {
    const { worker } = startWorker()
    expect(await failureOf(worker.request(reportsWrongly, {}))).toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('reports_wrongly'),
    })
    expect(worker.state).toBe('stopped')
  })

  it('ends when the one who listens to progress throws', async () => {
    const { worker } = startWorker()
    const onProgress = () => {
      throw new Error('the disk is full')
    }
    const failure = await failureOf(worker.request(countUntilTold, {}, { onProgress }))
    expect(failure.message).toContain('the disk is full')
  })
})

it('appends to a log that is there, and reports only its own lines', async () => {
  const logFile = newFile('log')
  const first = startWorker({ logFile })
  await first.worker.request(speak, {})
  await first.worker.stop()
  const second = startWorker({ logFile, python: 'false' })
  expect((await failureOf(second.worker.ready)).cause?.detail).toBe('')
  expect(read(logFile)).toContain('said on stdout')
})
