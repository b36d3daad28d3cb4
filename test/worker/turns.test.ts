import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { Turns } from '../../src/worker/turns.js'

it('lets the next one through only when the turn before has ended', async () => {
  const turns = new Turns()
  const order: string[] = []
  const endFirst = await turns.take()
  const second = turns.take().then((end) => {
    order.push('second')
    end()
  })
  order.push('first')
  endFirst()
  await second
  expect(order).toEqual(['first', 'second'])
})

it('passes on the turn of one who gave up waiting', async () => {
  const turns = new Turns()
  const controller = new AbortController()
  const endFirst = await turns.take()
  const impatient = turns.take(controller.signal)
  const patient = turns.take()
  controller.abort(new Error('tired'))
  await expect(impatient).rejects.toThrow('tired')
  endFirst()
  await expect(patient).resolves.toBeTypeOf('function')
})

it('keeps the turn of one whose signal aborts until it has ended', async () => {
  const turns = new Turns()
  const controller = new AbortController()
  const order: string[] = []
  const endFirst = await turns.take(controller.signal)
  const second = turns.take().then(() => order.push('second'))
  controller.abort()
  await setImmediate()
  order.push('first ends')
  endFirst()
  await second
  expect(order).toEqual(['first ends', 'second'])
})

it('leaves no listener on the signal', async () => {
  const { signal } = new AbortController()
  let listeners = 0
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    listeners += 1
    addEventListener.apply(signal, given)
  }
  signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    listeners -= 1
    removeEventListener.apply(signal, given)
  }
  const end = await new Turns().take(signal)
  end()
  expect(listeners).toBe(0)
})
