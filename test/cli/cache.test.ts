import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runProgram } from '../../src/cli/program.js'
import { cacheClearedLineSchema, cacheEntryLineSchema, failureLineSchema } from '../../src/schemas.js'

let cache = ''
beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'twintune-cache-'))
})
afterEach(() => rmSync(cache, { recursive: true }))

// The very key that test/python/features/test_cache.py holds Python to.
const key = JSON.parse(readFileSync(new URL('../fixtures/feature-cache/key.json', import.meta.url), 'utf8'))

describe('twintune cache ls', () => {
  it('says what the features are of, the last used first', async () => {
    writeEntry('aa', { key, usedAt: 1_000_000 })
    writeEntry('bb', { key: { ...key, split: 'test', view: { number: 3 } }, usedAt: 2_000_000 })
    const entries = (await run('ls', '--json')).map((line) => cacheEntryLineSchema.parse(line))
    expect(entries.map(({ digest }) => digest)).toEqual(['bb', 'aa'])
    expect(entries[1]).toEqual({
      type: 'cache-entry',
      digest: 'aa',
      file: path.join(cache, 'features', 'aa.safetensors'),
      bytes: 8 + headerOf(key).length + 100,
      usedAt: new Date(1_000_000_000).toISOString(),
      content: {
        framework: 'pytorch',
        backbone: 'resnet18',
        cut: 'pooled',
        split: 'train',
        view: null,
        images: 20,
        imageSize: 33,
        precision: 'float32',
        device: 'cpu',
        variant: 'eager',
      },
    })
    const [text] = await print('ls')
    expect(text).toMatch(/aa +resnet18 +pooled +PyTorch +train +20/)
    expect(text).toMatch(/bb +resnet18 +pooled +PyTorch +test, view 3 +20/)
    expect(text).toContain('2 entries')
  })

  it('shows a file that is no entry as damaged', async () => {
    mkdirSync(path.join(cache, 'features'))
    writeFileSync(path.join(cache, 'features', 'cc.safetensors'), 'half')
    expect((await run('ls', '--json'))[0]).toMatchObject({ digest: 'cc', content: null })
    expect((await print('ls'))[0]).toMatch(/cc +damaged/)
  })

  it('says where there would be features when there are none', async () => {
    expect(await print('ls')).toEqual([`No features in ${path.join(cache, 'features')}.`])
    expect(await run('ls', '--json')).toEqual([])
  })

  it('names the folder when it can not be read', async () => {
    const file = path.join(cache, 'features')
    writeFileSync(file, '')
    const printed: string[] = []
    expect(await carryOut(['ls', '--json'], printed)).toBe(2)
    const [line] = printed.map((text) => failureLineSchema.parse(JSON.parse(text)))
    expect(line?.failure).toMatchObject({
      code: 'CACHE_UNREADABLE',
      message: `${file} can't be read: it is not a folder.`,
      hint: 'TWINTUNE_CACHE_DIR names another folder.',
    })
  })
})

describe('twintune cache clear', () => {
  it('deletes the entries, says what was freed, and leaves what is being written', async () => {
    writeEntry('aa', { key, usedAt: 1 })
    writeEntry('bb', { key, usedAt: 1 })
    writeFileSync(path.join(cache, 'features', '.dd.safetensors-1.tmp'), '')
    const [line] = (await run('clear', '--json')).map((printed) => cacheClearedLineSchema.parse(printed))
    expect(line).toEqual({
      type: 'cache-cleared',
      folder: path.join(cache, 'features'),
      entries: 2,
      bytes: 2 * (8 + headerOf(key).length + 100),
      kept: 0,
    })
    expect(readdirSync(path.join(cache, 'features'))).toEqual(['.dd.safetensors-1.tmp'])
    expect((await print('clear'))[0]).toContain('Deleted 0 entries of features')
  })

  it('leaves all else that is in the cache', async () => {
    mkdirSync(path.join(cache, 'checks'))
    await print('clear')
    expect(existsSync(path.join(cache, 'checks'))).toBe(true)
  })
})

/** Writes an entry of a hundred bytes, used so many seconds after 1970. */
function writeEntry(
  digest: string,
  { key, usedAt }: { readonly key: unknown; readonly usedAt: number },
): void {
  const folder = path.join(cache, 'features')
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `${digest}.safetensors`)
  const header = headerOf(key)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  writeFileSync(file, Buffer.concat([length, header, Buffer.alloc(100)]))
  utimesSync(file, usedAt, usedAt)
}

function headerOf(key: unknown): Buffer {
  const metadata = { key: JSON.stringify(key), pixels: '00', crc32: '00000000' }
  return Buffer.from(JSON.stringify({ __metadata__: metadata }))
}

/** What `twintune cache ARGUMENTS` prints on stdout. */
async function print(...args: readonly string[]): Promise<string[]> {
  const printed: string[] = []
  expect(await carryOut(args, printed)).toBe(0)
  return printed
}

/** Carries out `twintune cache ARGUMENTS`, adds the lines of stdout to `printed` and returns the exit code. */
function carryOut(args: readonly string[], printed: string[]): Promise<number> {
  return runProgram(['cache', ...args], {
    stdout: (line) => printed.push(line),
    stderr: () => {},
    streams: { stdout: { write: () => {} }, stderr: { write: () => {} } },
    env: { TWINTUNE_CACHE_DIR: cache },
    cwd: cache,
    signal: new AbortController().signal,
  })
}

async function run(...args: readonly string[]): Promise<unknown[]> {
  return (await print(...args)).map((line) => JSON.parse(line))
}
