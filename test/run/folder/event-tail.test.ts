import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import type { Event } from '../../../src/events.js'
import { EventTail } from '../../../src/run/folder/event-tail.js'
import { compareEvents } from '../../log/events.js'

const folder = mkdtempSync(path.join(tmpdir(), 'twintune-tail-'))
const file = path.join(folder, 'events.jsonl')
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => rmSync(file, { force: true }))

const [first, second, third] = compareEvents()
const line = (event: Event | undefined) => `${JSON.stringify(event)}\n`

/** All events that there are for now. */
function read(tail: EventTail): Event[] {
  const events = []
  for (let next = tail.next(); next !== null; next = tail.next()) events.push(...next)
  return events
}

it('hands out each event once, while more are written', () => {
  const tail = new EventTail(folder)
  expect(read(tail)).toEqual([])
  writeFileSync(file, line(first))
  expect(read(tail)).toEqual([first])
  expect(read(tail)).toEqual([])
  appendFileSync(file, line(second) + line(third))
  expect(read(tail)).toEqual([second, third])
})

it('waits for the end of a line, also where a writer that was killed had begun another in its place', () => {
  const tail = new EventTail(folder)
  writeFileSync(file, line(first) + line(second).slice(0, 20))
  expect(read(tail)).toEqual([first])
  truncateSync(file, line(first).length)
  appendFileSync(file, line(third))
  expect(read(tail)).toEqual([third])
})

it('passes over lines that are no events, and reads lines that are long', () => {
  const long = { ...third, message: 'é'.repeat(3_000_000) } as Event
  writeFileSync(file, `no event\n${line(first)}\n{"type":"of a later version"}\n${line(long)}${line(second)}`)
  const events = read(new EventTail(folder))
  expect([events[0], events.at(-1)]).toEqual([first, second])
})
