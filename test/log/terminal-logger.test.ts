import { stripVTControlCharacters } from 'node:util'
import picocolors from 'picocolors'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TerminalLogger } from '../../src/log/terminal-logger.js'
import { at, compareEvents, firstOf } from './events.js'
import { OutputBuffer } from './output-buffer.js'

let stream: OutputBuffer
let logger: TerminalLogger

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(at(0)) })
  stream = new OutputBuffer({ isTTY: true, columns: 120 })
  logger = new TerminalLogger(stream, picocolors.createColors(false))
})

afterEach(() => {
  logger.close()
  vi.useRealTimers()
})

test('many steps in a moment are one frame', () => {
  start()
  const before = stream.writes.length
  for (let step = 1; step <= 50; step++) logger.log({ ...firstOf('step'), step })
  vi.advanceTimersByTime(100)
  expect(stream.writes.length - before).toBe(1)
  expect(stripVTControlCharacters(stream.writes.at(-1) ?? '')).toContain('step 50/75')
})

test('while a framework is imported the seconds count on', () => {
  start()
  logger.log({ type: 'worker', time: at(0), framework: 'pytorch', state: 'importing' })
  vi.advanceTimersByTime(3000)
  expect(stripVTControlCharacters(stream.text)).toContain('PyTorch     importing PyTorch  3 s')
})

test('a finished run leaves one line, a failed one what it failed of', () => {
  start()
  logger.log(firstOf('run-finished'))
  logger.log({
    type: 'run-failed',
    time: at(20),
    framework: 'pytorch',
    seed: 0,
    status: 'failed',
    failure: { code: 'PYTHON_DIED', message: 'Python was killed.', hint: 'Free some memory.', cause: null },
  })
  const text = stripVTControlCharacters(stream.text)
  expect(text).toContain('✓ TensorFlow  seed 0  86.10% test accuracy in 20 s\n')
  expect(text).toContain(
    'failed PyTorch seed 0: Python was killed. (PYTHON_DIED)\n  Hint: Free some memory.\n',
  )
})

test('what stays is printed whole, however long it is', () => {
  start()
  const message = Array.from({ length: 2000 }, (_, number) => `image${number}.jpg`).join(', ')
  logger.log({ type: 'warning', time: at(1), code: 'DATASET', message })
  expect(stripVTControlCharacters(stream.text)).toContain(message)
})

test('nothing is drawn and no timer runs after the end or after close', () => {
  for (const event of compareEvents()) logger.log(event)
  expect(vi.getTimerCount()).toBe(0)
  start()
  logger.close()
  expect(vi.getTimerCount()).toBe(0)
  const before = stream.writes.length
  vi.advanceTimersByTime(1000)
  expect(stream.writes.length).toBe(before)
})

function start(): void {
  logger.log(firstOf('comparison-started'))
  logger.log(firstOf('run-started'))
}
