import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { runProgram } from '../../src/cli/program.js'
import { FolderLock } from '../../src/run/folder/lock.js'
import { prunedLineSchema } from '../../src/schemas.js'
import { compareEvents } from '../log/events.js'
import { comparison } from '../report/comparison.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'twintune-prune-'))
  vi.stubEnv('TMPDIR', path.join(folder, 'tmp'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

it('checkpoints of finished runs go, and nothing else of theirs', async () => {
  const finished = writeComparison('finished', { ended: true })
  expect(await prune()).toMatchObject([
    {
      kind: 'checkpoints',
      path: path.join(finished, 'tensorflow-seed0', 'checkpoint'),
      bytes: 9,
      deleted: true,
    },
  ])
  expect(existsSync(path.join(finished, 'tensorflow-seed0', 'checkpoint'))).toBe(false)
  expect(existsSync(path.join(finished, 'tensorflow-seed0', 'result.json'))).toBe(true)
})

it('checkpoints of an interrupted comparison stay, and what it wrote aside goes', async () => {
  const interrupted = writeComparison('interrupted', { ended: false })
  const aside = write(interrupted, 'tensorflow-seed0', 'model', '.model.safetensors-1.tmp')
  expect((await prune()).map(({ kind, path: place }) => [kind, place])).toEqual([['temporary file', aside]])
  expect(existsSync(path.join(interrupted, 'tensorflow-seed0', 'checkpoint', 'last.safetensors'))).toBe(true)
})

it('nothing is deleted of a comparison that a process has taken up since it was looked at', async () => {
  const finished = writeComparison('finished', { ended: true })
  const lock = FolderLock.take(finished)
  expect(await prune()).toMatchObject([{ kind: 'checkpoints', deleted: false }])
  lock.release()
  expect(await prune()).toMatchObject([{ kind: 'checkpoints', deleted: true }])
})

it('the copies of a merge that was killed go, and nothing that has events of its own', async () => {
  const broken = path.join(folder, 'runs', 'broken')
  for (const name of ['.merging.tmp', 'events.jsonl']) write(broken, name)
  const kept = path.join(folder, 'runs', 'kept')
  for (const name of ['.merging.tmp', 'events.jsonl']) write(kept, name)
  writeFileSync(path.join(broken, 'events.jsonl'), '')
  write(broken, 'pytorch-seed0', 'result.json')
  const lock = FolderLock.take(broken)
  expect(await prune()).toEqual([])
  lock.release()
  expect(await prune()).toMatchObject([{ kind: 'temporary folder', path: broken, deleted: true }])
  expect(existsSync(broken)).toBe(false)
  expect(existsSync(kept)).toBe(true)
})

it('nothing is deleted behind a link, or with --dry-run', async () => {
  const finished = writeComparison('finished', { ended: true })
  const elsewhere = path.join(folder, 'elsewhere')
  write(elsewhere, 'checkpoint', 'last.safetensors')
  symlinkSync(elsewhere, path.join(finished, 'pytorch-seed0'))
  const lines = await prune('--dry-run')
  expect(lines).toMatchObject([{ kind: 'checkpoints', deleted: false }])
  expect(existsSync(lines[0]?.path ?? '')).toBe(true)
  await prune()
  expect(existsSync(path.join(elsewhere, 'checkpoint', 'last.safetensors'))).toBe(true)
})

it('what killed processes left in the cache and the temporary folder goes after a day', async () => {
  const [old, fresh] = ['1', '2'].map((name) => write(folder, 'cache', 'weights', `.a-${name}.tmp`))
  const verdicts = write(folder, 'cache', 'checks', '.a.arrow-1.tmp')
  // Number that no process has: Linux gives none above 2 ** 22.
  const [dead, alive] = [2 ** 30, process.pid].map((pid) =>
    path.dirname(write(folder, 'tmp', `twintune-temporary-${pid}-abc`, 'log')),
  )
  const foreign = path.dirname(write(folder, 'tmp', 'twintune-2024-results', 'log'))
  for (const place of [old, verdicts, dead, alive, foreign]) utimesSync(place ?? '', 0, 0)
  expect((await prune()).map(({ path: place }) => place)).toEqual([old, verdicts, dead])
  expect([fresh, alive, foreign].map((place) => existsSync(place ?? ''))).toEqual([true, true, true])
})

it('people read what went, and how much it was', async () => {
  writeComparison('finished', { ended: true })
  expect((await run('prune')).join('\n')).toMatch(
    /^ {2}checkpoints +0\.0 MiB .*\n\nDeleted: 1 item, 0\.0 MiB\.$/,
  )
  expect(await run('prune')).toEqual(['There is nothing to delete.'])
})

function writeComparison(name: string, { ended }: { readonly ended: boolean }): string {
  const place = path.join(folder, 'runs', name)
  const [started] = compareEvents()
  write(place, 'tensorflow-seed0', 'checkpoint', 'last.safetensors')
  write(place, 'tensorflow-seed0', 'result.json')
  writeFileSync(path.join(place, 'events.jsonl'), `${JSON.stringify(started)}\n`)
  if (ended) writeFileSync(path.join(place, 'comparison.json'), JSON.stringify(comparison()))
  return place
}

function write(...segments: readonly string[]): string {
  const file = path.join(...segments)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, 'some text')
  return file
}

async function prune(...args: readonly string[]) {
  return (await run('prune', '--json', ...args)).map((line) => prunedLineSchema.parse(JSON.parse(line)))
}

async function run(...args: readonly string[]): Promise<string[]> {
  const stdout: string[] = []
  const streams = { stdout: { write: () => true }, stderr: { write: () => true } }
  const exitCode = await runProgram([...args, '--out', path.join(folder, 'runs')], {
    stdout: (line) => void stdout.push(line),
    stderr: () => {},
    streams,
    env: { TWINTUNE_CACHE_DIR: path.join(folder, 'cache') },
    cwd: folder,
    signal: new AbortController().signal,
  })
  expect(exitCode).toBe(0)
  return stdout
}
