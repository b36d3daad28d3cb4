import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runProgram } from '../../src/cli/program.js'
import { compareEvents } from '../log/events.js'
import { comparison } from '../report/comparison.js'

// Someone else's folders and files, whose texts try to act on the terminal.

const hostile = '\u001b]0;title\u0007\u001b[1A\u001b[2K\u202e\u009b\nTensorFlow wins'
/** Anything that a terminal would act on, but for the ends of our own lines. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const acting = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

const folder = mkdtempSync(path.join(tmpdir(), 'twintune-hostile-'))
const runs = path.join(folder, 'runs')
const named = path.join(runs, `cats\u001b[2K`)
afterAll(() => rmSync(folder, { recursive: true }))

beforeAll(() => {
  mkdirSync(named, { recursive: true })
  const [started] = compareEvents()
  writeFileSync(path.join(named, 'events.jsonl'), `${JSON.stringify({ ...started, experiment: hostile })}\n`)
  writeFileSync(path.join(named, 'comparison.json'), JSON.stringify(spoil(comparison())))
  writeFileSync(path.join(folder, 'a.yaml'), `name: "\\e[2K"\n"key\\u202e": 1\n`)
})

it.each([
  ['list', ['list', '--out', runs]],
  ['show', ['show', 'latest', '--out', runs]],
  ['show of what is not there', ['show', hostile]],
  ['predict with what is not there', ['predict', hostile, 'a.png']],
  ['validate', ['validate', 'a.yaml']],
  ['compare of a wrong specification', ['compare', 'a.yaml']],
  ['compare of a file that is not there', ['compare', `${hostile}.yaml`]],
])('%s prints no text of others that a terminal would act on', async (_, args) => {
  const printed = await run(args)
  expect(printed).not.toMatch(acting)
  expect(printed.split('\n').filter((line) => line.startsWith('TensorFlow wins'))).toEqual([])
  expect(printed).toMatch(/\\x1b|\\u202e/)
})

/** Puts hostile text behind every text that may be any. */
function spoil(value: unknown, field = ''): unknown {
  if (Array.isArray(value)) return value.map((part) => spoil(part, field))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, spoil(part, name)]))
  return typeof value === 'string' && ['evidence', 'experiment', 'classes', 'message'].includes(field)
    ? value + hostile
    : value
}

async function run(args: readonly string[]): Promise<string> {
  const printed: string[] = []
  const print = (text: string) => void printed.push(text)
  await runProgram([...args], {
    stdout: print,
    stderr: print,
    streams: { stdout: { write: print }, stderr: { write: print } },
    env: {},
    cwd: folder,
    signal: new AbortController().signal,
  })
  return printed.join('\n')
}
