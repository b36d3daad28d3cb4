import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { eventStream } from '../../src/run/event-stream.js'

it('yields every event in order, however slow the reader is', async () => {
  const stream = eventStream<number>(async (emit) => {
    for (let number = 0; number < 5; number++) emit(number)
    await sleep(5)
    emit(5)
  })
  const read: number[] = []
  for await (const number of stream) {
    await sleep(2)
    read.push(number)
  }
  expect(read).toEqual([0, 1, 2, 3, 4, 5])
})

it('yields what came before an error, and then throws it', async () => {
  const stream = eventStream<number>(async (emit) => {
    emit(1)
    throw new Error('the disk is full')
  })
  expect(await stream.next()).toEqual({ done: false, value: 1 })
  await sleep(5)
  await expect(stream.next()).rejects.toThrow('the disk is full')
})

it('cancels the work when the reader leaves, and waits for its end', async () => {
  let ended = false
  const stream = eventStream<string>(async (emit, signal) => {
    emit('started')
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    await sleep(5)
    ended = true
    throw new Error('nobody reads this')
  })
  for await (const _ of stream) break
  expect(ended).toBe(true)
})

it("cancels the work when the user's signal is aborted, and still yields how it ended", async () => {
  const controller = new AbortController()
  const stream = eventStream<string>(async (emit, signal) => {
    emit('started')
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    emit('cancelled')
  }, controller.signal)
  const read: string[] = []
  for await (const event of stream) {
    read.push(event)
    controller.abort()
  }
  expect(read).toEqual(['started', 'cancelled'])
})

it('never begins work that was cancelled before', async () => {
  let hasBegun = false
  const work = async () => {
    hasBegun = true
  }
  await expect(eventStream(work, AbortSignal.abort()).next()).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(hasBegun).toBe(false)
})
