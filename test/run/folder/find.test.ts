import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { findComparison, listComparisons, readNamed } from '../../../src/run/folder/find.js'
import { linesOf } from '../../../src/run/folder/regular-file.js'
import { comparison, finishedRun } from '../../report/comparison.js'

const runs = mkdtempSync(path.join(tmpdir(), 'twintune-find-'))
afterAll(() => rmSync(runs, { recursive: true }))

makeComparison('cats-20261124-101500-k3f9', '2026-11-24T10:15:00.000Z')
makeComparison('dogs-20261125-101500-a1f9', '2026-11-25T10:15:00.000Z')
mkdirSync(path.join(runs, 'dogs-20261125-101500-a1f9', 'tensorflow-seed0'))
writeFileSync(
  path.join(runs, 'dogs-20261125-101500-a1f9', 'tensorflow-seed0', 'result.json'),
  JSON.stringify(finishedRun('tensorflow', 0)),
)
writeFileSync(path.join(runs, 'cats-20261124-101500-k3f9', 'comparison.json'), JSON.stringify(comparison()))
mkdirSync(path.join(runs, 'notes'))
writeFileSync(path.join(runs, 'notes', 'events.jsonl'), 'not ours\n')

describe('the list of comparisons', () => {
  it('has the newest first, and no folder that holds no comparison', async () => {
    expect((await listComparisons(runs)).map(({ name }) => name)).toEqual([
      'dogs-20261125-101500-a1f9',
      'cats-20261124-101500-k3f9',
    ])
  })

  it('has the folders whose first event still calls them runDirectory', async () => {
    const folder = newFolder()
    makeComparison('cats', '2026-11-24T10:15:00.000Z', folder)
    const events = path.join(folder, 'cats', 'events.jsonl')
    writeFileSync(events, readFileSync(events, 'utf8').replace('comparisonDirectory', 'runDirectory'))
    expect((await listComparisons(folder)).map(({ name }) => name)).toEqual(['cats'])
  })

  it('is empty where there is no such folder', async () => {
    expect(await listComparisons(path.join(runs, 'none'))).toEqual([])
  })

  it('has no comparison that cannot be read, and all others', async () => {
    const folder = newFolder()
    makeComparison('cats', '2026-11-24T10:15:00.000Z', folder)
    mkdirSync(path.join(folder, 'broken', 'events.jsonl'), { recursive: true })
    expect((await listComparisons(folder)).map(({ name }) => name)).toEqual(['cats'])
  })

  it('has absolute paths, wherever the folder was named from', async () => {
    const [run] = await listComparisons(path.relative(process.cwd(), runs))
    expect(run?.path).toBe(path.join(runs, 'dogs-20261125-101500-a1f9'))
  })

  it('is not to be had from a file', async () => {
    const file = path.join(newFolder(), 'runs')
    writeFileSync(file, '')
    const failure = {
      code: 'COMPARISON_NOT_FOUND',
      message: `${file} can't be read: it is not a folder.`,
      hint: '--runs names another folder of comparisons.',
    }
    await expect(listComparisons(file)).rejects.toMatchObject({ failure })
    await expect(findComparison('latest', file)).rejects.toMatchObject({ failure })
  })

  it('is not to be had through a link that leads to itself', async () => {
    const link = path.join(newFolder(), 'runs')
    symlinkSync(link, link)
    await expect(listComparisons(link)).rejects.toMatchObject({ failure: { code: 'COMPARISON_NOT_FOUND' } })
  })

  it('takes the status from the comparison, and calls a comparison interrupted that has none', async () => {
    expect((await listComparisons(runs)).map(({ status }) => status)).toEqual(['interrupted', 'finished'])
  })

  it('calls one unreadable whose result another version of twintune wrote', async () => {
    const folder = newFolder()
    const [found] = await listComparisons(runs)
    const copied = path.join(folder, 'older')
    cpSync(found?.path ?? '', copied, { recursive: true })
    writeFileSync(path.join(copied, 'comparison.json'), '{"schemaVersion":0}')
    const [older] = await listComparisons(folder)
    expect(older).toMatchObject({ status: 'unreadable', comparison: null })
  })

  it('has the results that an interrupted comparison came to', async () => {
    const [interrupted] = await listComparisons(runs)
    expect(interrupted?.results).toEqual([finishedRun('tensorflow', 0)])
  })
})

describe('a comparison by its very name', () => {
  const name = 'cats-20261124-101500-k3f9'

  it('is that of the folder, and none that another path would lead to', async () => {
    expect((await readNamed(name, runs))?.path).toBe(path.join(runs, name))
    const below = path.join(runs, 'notes')
    for (const other of [`../${name}`, '..', '.', '', `${name}/`, path.join(runs, name), 'k3f9', 'latest'])
      expect(await readNamed(other, below), other).toBeUndefined()
    for (const other of [`./${name}`, `${name}/`, 'k3f9', 'latest'])
      expect(await readNamed(other, runs), other).toBeUndefined()
  })
})

describe('the lines of a file', () => {
  it('come one by one, across the pieces that are read, but for one that no text could hold', () => {
    const file = path.join(newFolder(), 'events.jsonl')
    const long = 'x'.repeat(3 * 2 ** 20)
    writeFileSync(file, `first\n${long}\n\n`)
    const size = statSync(file).size
    truncateSync(file, size + 300 * 2 ** 20)
    appendFileSync(file, '\nlast')
    expect([...linesOf(file)]).toEqual(['first', long, '', 'last'])
  })
})

describe('a comparison', () => {
  it.each([
    ['its folder', path.join(runs, 'cats-20261124-101500-k3f9')],
    ['its name', 'cats-20261124-101500-k3f9'],
    ['the end of its name', 'k3f9'],
    ['the beginning of its name', 'cats-20261124'],
  ])('is found by %s', async (_, run) => {
    expect((await findComparison(run, runs)).name).toBe('cats-20261124-101500-k3f9')
  })

  it('is found as the latest', async () => {
    expect((await findComparison('latest', runs)).name).toBe('dogs-20261125-101500-a1f9')
  })

  it.each([
    ['several names end so', 'f9'],
    ['there is none', 'birds'],
  ])('is not found when %s, and the failure lists the candidates', async (_, run) => {
    await expect(findComparison(run, runs)).rejects.toMatchObject({
      failure: {
        code: 'COMPARISON_NOT_FOUND',
        hint: 'Choose one of: dogs-20261125-101500-a1f9, cats-20261124-101500-k3f9',
      },
    })
  })

  it('is not found in the folder of a sweep, whose own command is named', async () => {
    const folder = newFolder()
    mkdirSync(path.join(folder, 'birds-sweep-1'))
    writeFileSync(path.join(folder, 'birds-sweep-1', 'events.jsonl'), '{"type":"sweep-started"}\n')
    await expect(findComparison('birds-sweep-1', folder)).rejects.toMatchObject({
      failure: {
        code: 'COMPARISON_NOT_FOUND',
        message: 'birds-sweep-1 is a sweep, and no comparison.',
        hint: expect.stringContaining(`twintune show ${path.join(folder, 'birds-sweep-1')}`),
      },
    })
    await expect(findComparison('birds', folder)).rejects.toMatchObject({
      failure: { message: 'birds-sweep-1 is a sweep, and no comparison.' },
    })
  })

  it('is not found in what lies beside the folders, which a pattern names too', async () => {
    const notes = path.join(runs, 'notes')
    await expect(findComparison(notes, newFolder())).rejects.toMatchObject({
      failure: {
        code: 'COMPARISON_NOT_FOUND',
        message: `${notes} is there, and holds no comparison.`,
        hint: 'Name the folder of a comparison, or its name: twintune list shows them.',
      },
    })
  })

  it('is not found by an empty name, which a variable that was never set gives', async () => {
    const message = 'The name of the comparison is empty.'
    await expect(findComparison('', runs)).rejects.toMatchObject({ failure: { message } })
  })

  it('is not found where its folder cannot be read, and the failure says why', async () => {
    const folder = newFolder()
    mkdirSync(path.join(folder, 'events.jsonl'))
    await expect(findComparison(folder, runs)).rejects.toMatchObject({
      failure: { code: 'COMPARISON_NOT_FOUND', message: expect.stringContaining(folder) },
    })
  })

  it.each(['events.jsonl', 'comparison.json'])(
    'is not found where its %s is a link or a pipe',
    async (name) => {
      for (const replace of [(file: string) => symlinkSync('/dev/zero', file), makePipe]) {
        const folder = newFolder()
        makeComparison('cats', '2026-11-24T10:15:00.000Z', folder)
        rmSync(path.join(folder, 'cats', name), { force: true })
        replace(path.join(folder, 'cats', name))
        await expect(findComparison(path.join(folder, 'cats'), runs)).rejects.toMatchObject({
          failure: {
            code: 'COMPARISON_NOT_FOUND',
            message: expect.stringMatching(/can't be read: it is (a symbolic link|no regular file)/),
          },
        })
      }
    },
  )

  it('is not found where its comparison.json is larger than any text', async () => {
    const folder = newFolder()
    makeComparison('cats', '2026-11-24T10:15:00.000Z', folder)
    const file = path.join(folder, 'cats', 'comparison.json')
    writeFileSync(file, '')
    truncateSync(file, 200 * 2 ** 30)
    await expect(findComparison(path.join(folder, 'cats'), runs)).rejects.toMatchObject({
      failure: { code: 'COMPARISON_NOT_FOUND', message: `${file} can't be read: it has more than 256 MiB.` },
    })
  })

  it('has no result of a run whose folder is a link, and is not kept from being read by a lock that is a pipe', async () => {
    const folder = newFolder()
    makeComparison('cats', '2026-11-24T10:15:00.000Z', folder)
    symlinkSync(
      path.join(runs, 'dogs-20261125-101500-a1f9', 'tensorflow-seed0'),
      path.join(folder, 'cats', 'tensorflow-seed0'),
    )
    makePipe(path.join(folder, 'cats', 'lock.json'))
    const { results, status } = await findComparison(path.join(folder, 'cats'), runs)
    expect([results, status]).toEqual([[], 'interrupted'])
  })

  it('is not found in an empty folder', async () => {
    await expect(findComparison('latest', path.join(runs, 'none'))).rejects.toMatchObject({
      failure: { code: 'COMPARISON_NOT_FOUND' },
    })
  })
})

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'twintune-find-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

function makeComparison(name: string, time: string, folder = runs): void {
  mkdirSync(path.join(folder, name))
  const started = {
    type: 'comparison-started',
    time,
    experiment: 'small',
    mode: 'aligned',
    comparisonDirectory: path.join(folder, name),
    runs: ['tensorflow', 'pytorch'].map((framework) => ({ framework, seed: 0 })),
  }
  writeFileSync(path.join(folder, name, 'events.jsonl'), `${JSON.stringify(started)}\n{"type":"wor`)
}

function makePipe(file: string): void {
  execFileSync('mkfifo', [file])
}
