import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import type { Event } from '../../src/events.js'
import { readComparison } from '../../src/run/folder/read.js'
import { createGuardedApp, type GuardedApp } from '../../src/serve/guard.js'
import { comparison } from '../report/comparison.js'

/** The token of the apps that are tested, and the host that they are asked by. */
export const token = 'the-token'
export const host = '127.0.0.1:8000'

/** A temporary folder, removed after the file's tests; to be called outside of them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'twintune-serve-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes a comparison's folder with some events, and comparison.json where the last of them ends it. */
export function writeComparison(runsDirectory: string, name: string, events: readonly Event[]): string {
  const folder = path.join(runsDirectory, name)
  mkdirSync(folder, { recursive: true })
  addEvents(folder, events)
  return folder
}

/** Appends events to those in a folder, as the process that carries the comparison out does. */
export function addEvents(folder: string, events: readonly Event[]): void {
  const last = events.at(-1)
  if (last?.type === 'comparison-finished')
    writeFileSync(path.join(folder, 'comparison.json'), JSON.stringify(comparison()))
  appendFileSync(
    path.join(folder, 'events.jsonl'),
    events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  )
}

/** Reads the comparison in a folder. */
export async function recordedIn(folder: string) {
  const found = await readComparison(folder)
  if (found === undefined) throw new Error(`no comparison in ${folder}`)
  return found
}

/** An app with pages of its own, which listens on 127.0.0.1 where nothing else is asked for. */
export function guardedApp(addPages: (app: GuardedApp) => void, listensOn = '127.0.0.1'): GuardedApp {
  const app = createGuardedApp({ token, host: listensOn, origin: `http://${host}` })
  addPages(app)
  return app
}

/** Asks an app as a browser does that has opened the address with the token. */
export function ask(app: GuardedApp, page: string, init: RequestInit = {}) {
  const headers = {
    Host: host,
    Cookie: `twintune-8000=${token}`,
    ...(init.headers as Record<string, string>),
  }
  return app.request(`http://${host}${page}`, { ...init, headers })
}

/** Reads a stream of events until a message of that type has come. */
export async function readUntil(response: Response | Promise<Response>, type: string) {
  const { body } = await response
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (reader && !text.includes(`event: ${type}\n`)) {
    const { done, value } = await reader.read()
    if (done) break
    text += value
  }
  await reader?.cancel()
  return messagesIn(text)
}

/** The messages of a stream of events. */
function messagesIn(text: string) {
  return text
    .split('\n\n')
    .filter((message) => message.startsWith('event: '))
    .map((message) => {
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(message)?.[1] ?? ''
      return { event: field('event'), id: field('id'), data: field('data') }
    })
}
