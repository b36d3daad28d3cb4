import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import type { Event } from '../../../src/events.js'
import { EventFile } from '../../../src/run/folder/event-file.js'

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>()
  return { ...fs, writeSync: vi.fn(fs.writeSync) }
})
const { writeSync: write } = await vi.importActual<typeof import('node:fs')>('node:fs')

let file: string
/** Has the system take only the first bytes of what is written next. */
function takeOnlySome(): void {
  vi.mocked(writeSync).mockImplementationOnce((descriptor, bytes) =>
    write(descriptor, String(bytes).slice(0, 5)),
  )
}

beforeEach(() => {
  const folder = mkdtempSync(path.join(tmpdir(), 'twintune-events-'))
  file = path.join(folder, 'events.jsonl')
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

const event: Event = {
  type: 'worker',
  time: '2026-11-28T00:00:00.000Z',
  framework: 'pytorch',
  state: 'ready',
}
const line = `${JSON.stringify(event)}\n`

function append(times = 1): void {
  const events = new EventFile(file)
  for (let time = 0; time < times; time++) events.append(event)
  events.close()
}

it('events of which the system takes a part at a time are whole', () => {
  takeOnlySome()
  append()
  expect(readFileSync(file, 'utf8')).toBe(line)
})

it('a full disk is told of at the event whose end found no room', () => {
  takeOnlySome()
  vi.mocked(writeSync).mockImplementationOnce(() => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  })
  expect(() => append()).toThrow('no space left')
})

it('a last line that was never written to its end goes, however long it is', () => {
  append(2)
  appendFileSync(file, 'x'.repeat(200_000))
  append()
  expect(readFileSync(file, 'utf8')).toBe(line.repeat(3))
})

it('a file without a whole line begins anew', () => {
  writeFileSync(file, 'torn')
  append()
  expect(readFileSync(file, 'utf8')).toBe(line)
})

it.each([
  ['deleted', () => rmSync(file)],
  ['moved', () => renameSync(file, `${file}.moved`)],
  ['replaced', () => replace()],
])('a file that is %s meanwhile takes no more events', (_, change) => {
  const events = new EventFile(file)
  change()
  expect(() => events.append(event)).toThrow(
    `${file} was deleted or moved while twintune was at work in its folder.`,
  )
  events.close()
})

it('a link to a file elsewhere is not written through', () => {
  const elsewhere = `${file}.elsewhere`
  writeFileSync(elsewhere, 'a file of someone else')
  symlinkSync(elsewhere, file)
  expect(() => append()).toThrow('ELOOP')
  expect(readFileSync(elsewhere, 'utf8')).toBe('a file of someone else')
})

function replace(): void {
  cpSync(file, `${file}.copy`)
  renameSync(`${file}.copy`, file)
}
