import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { summarizeComparisons } from '../../../src/run/folder/find.js'
import { compareEvents } from '../../log/events.js'
import { comparison } from '../../report/comparison.js'

const temporary = mkdtempSync(path.join(tmpdir(), 'twintune-listing-'))
const runs = path.join(temporary, 'runs')
const before = process.env.TWINTUNE_CACHE_DIR
beforeAll(() => {
  process.env.TWINTUNE_CACHE_DIR = path.join(temporary, 'cache')
})
afterAll(() => {
  if (before === undefined) delete process.env.TWINTUNE_CACHE_DIR
  else process.env.TWINTUNE_CACHE_DIR = before
  rmSync(temporary, { recursive: true })
})

function write(name: string, changes: Parameters<typeof comparison>[0] = {}): string {
  const folder = path.join(runs, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'events.jsonl'), `${JSON.stringify(compareEvents()[0])}\n`)
  writeFileSync(path.join(folder, 'comparison.json'), JSON.stringify(comparison(changes)))
  return folder
}

async function statuses(): Promise<string[]> {
  return (await summarizeComparisons(runs)).map(({ name, status }) => `${name} ${status}`).toSorted()
}

describe('the list of comparisons', () => {
  it('is the same when it is read from its index, which nobody has to keep', async () => {
    write('one')
    write('two', { status: 'failed' })
    const first = await summarizeComparisons(runs)
    expect(await summarizeComparisons(runs)).toEqual(first)
    expect(first.find(({ name }) => name === 'one')).toMatchObject({ seeds: 2, verdict: 'inconclusive' })
    rmSync(path.join(temporary, 'cache'), { recursive: true })
    expect(await summarizeComparisons(runs)).toEqual(first)
  })

  it('follows a result that is written over, even by one of the same size', async () => {
    const folder = write('three', { status: 'finished' })
    expect(await statuses()).toContain('three finished')
    const other = JSON.stringify(comparison({ status: 'finished' })).replace('"finished"', '"failed"  ')
    writeFileSync(path.join(folder, 'comparison.json'), other)
    expect(await statuses()).toContain('three failed')
  })

  it('follows a folder that is deleted, takes the name of another, or loses its result', async () => {
    rmSync(path.join(runs, 'one'), { recursive: true })
    renameSync(path.join(runs, 'two'), path.join(runs, 'one'))
    rmSync(path.join(runs, 'three', 'comparison.json'))
    expect(await statuses()).toEqual(['one failed', 'three interrupted'])
  })
})
