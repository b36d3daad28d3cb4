import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Event, eventSchema } from '../../src/events.js'
import { listComparisons } from '../../src/run/folder/find.js'
import { FolderLock } from '../../src/run/folder/lock.js'
import { readComparison } from '../../src/run/folder/read.js'
import { version } from '../../src/version.js'
import {
  type Behaviours,
  ending,
  eventsOf,
  eventsOfResuming,
  experiment,
  ofType,
  readJson,
  runName,
  temporary,
} from './rig.js'

/** The folder of a comparison that came to its end. */
async function comparisonFolder(behaviours: Behaviours = {}): Promise<string> {
  return ending(await eventsOf(experiment({ seeds: [0] }), behaviours)).comparisonDirectory
}

/** The folder as it would be had the process been killed while the last run was at work. */
async function killedComparison(): Promise<string> {
  const folder = await comparisonFolder()
  rmSync(path.join(folder, 'comparison.json'))
  rmSync(path.join(folder, 'pytorch-seed0', 'result.json'))
  return folder
}

/** Changes some fields of what the comparison says it ran on. */
function writeEnvironment(folder: string, changes: object): void {
  const file = path.join(folder, 'environment.json')
  writeFileSync(file, JSON.stringify({ ...readJson(file), ...changes }))
}

describe('a comparison that was killed', async () => {
  const folder = await killedComparison()
  const before = readFileSync(path.join(folder, 'events.jsonl'), 'utf8')
  const hashesAtTheBeginning = { dataset: 'a'.repeat(64), weights: 'b'.repeat(64) }
  writeEnvironment(folder, hashesAtTheBeginning)
  appendFileSync(path.join(folder, 'events.jsonl'), '{"type":"st')
  const events = await eventsOfResuming(folder)

  it('goes on with the run that has no result, from its last checkpoint, and keeps the others', () => {
    const [resumed] = ofType(events, 'comparison-resumed')
    expect(events[0]).toBe(resumed)
    expect(resumed?.runs).toEqual([{ framework: 'pytorch', seed: 0 }])
    expect(resumed?.kept).toBe(1)
    expect(ofType(events, 'run-started').map(runName)).toEqual(['pytorch 0'])
    expect(ofType(events, 'run-resumed')).toHaveLength(1)
  })

  it('compares all runs, in the order that was planned', () => {
    const { comparison } = ending(events)
    expect(comparison.status).toBe('finished')
    expect(comparison.runs.map(runName)).toEqual(['tensorflow 0', 'pytorch 0'])
    expect(comparison.metrics.accuracy.difference).toMatchObject({ mean: 0.25 })
    expect(readJson(folder, 'comparison.json')).toEqual(comparison)
  })

  it('appends to the events, without the line that was torn', () => {
    const after = readFileSync(path.join(folder, 'events.jsonl'), 'utf8')
    expect(after.startsWith(before)).toBe(true)
    const appended = after.slice(before.length).trimEnd().split('\n')
    expect(appended.map((line): Event => eventSchema.parse(JSON.parse(line)))).toEqual(events)
  })

  it('remembers what its earlier part ran on', () => {
    const environment = readJson(folder, 'environment.json')
    expect(environment).toMatchObject({ twintune: version, earlier: [{ twintune: version }] })
  })

  it('keeps the hashes of the data and weights that it began with', () => {
    expect(readJson(folder, 'environment.json')).toMatchObject(hashesAtTheBeginning)
  })

  it('only tells its end when it is resumed once more', async () => {
    const once = await eventsOfResuming(folder)
    expect(once.map(({ type }) => type)).toEqual(['comparison-finished'])
    expect(ending(once).comparison).toEqual(ending(events).comparison)
  })
})

describe('a comparison with a run that failed', () => {
  it('is carried out again as far as it failed', async () => {
    const folder = await comparisonFolder({ 'pytorch-0': 'die' })
    const events = await eventsOfResuming(folder)
    expect(ofType(events, 'run-started').map(runName)).toEqual(['pytorch 0'])
    expect(ending(events).comparison.status).toBe('finished')
  })

  it('keeps the epochs from before when it fails again', async () => {
    const folder = await comparisonFolder({ 'pytorch-0': 'raise' })
    await eventsOfResuming(folder, { 'pytorch-0': 'raise' })
    expect(readJson(folder, 'pytorch-seed0', 'result.json')).toMatchObject({
      status: 'failed',
      epochs: [{ epoch: 1 }],
    })
  })
})

describe('a comparison that was killed in a repeat', () => {
  it('goes on with that one alone, and shows it as what it is meanwhile', async () => {
    const noisy = experiment({ seeds: [0], comparison: { noise: true } })
    const { comparisonDirectory, comparison } = ending(await eventsOf(noisy))
    rmSync(path.join(comparisonDirectory, 'comparison.json'))
    rmSync(path.join(comparisonDirectory, 'pytorch-seed0-repeat', 'result.json'))
    const recorded = await readComparison(comparisonDirectory)
    expect(recorded?.results.map(runName)).toEqual(['tensorflow 0', 'pytorch 0', 'tensorflow 0 repeat'])
    const events = await eventsOfResuming(comparisonDirectory)
    expect(ofType(events, 'comparison-resumed')[0]).toMatchObject({ kept: 3 })
    expect(ofType(events, 'run-started').map(runName)).toEqual(['pytorch 0 repeat'])
    expect(ending(events).comparison.noise).toEqual(comparison.noise)
    expect((await readComparison(comparisonDirectory))?.results).toHaveLength(4)
  })
})

describe('a comparison folder that cannot be resumed', () => {
  it('was begun by another version of twintune', async () => {
    const folder = await killedComparison()
    writeEnvironment(folder, { twintune: '99.0.0' })
    await expect(eventsOfResuming(folder)).rejects.toMatchObject({
      failure: { code: 'COMPARISON_NOT_RESUMABLE', hint: expect.stringContaining('99.0.0') },
    })
  })

  it('has a damaged environment.json, which says what the comparison began with', async () => {
    const folder = await killedComparison()
    const file = path.join(folder, 'environment.json')
    writeFileSync(file, readFileSync(file, 'utf8').slice(1))
    await expect(eventsOfResuming(folder)).rejects.toMatchObject({
      failure: { code: 'COMPARISON_NOT_RESUMABLE', message: expect.stringContaining(`${file} is damaged`) },
    })
  })

  it('has another specification than it began with', async () => {
    const folder = await killedComparison()
    appendFileSync(path.join(folder, 'spec.yaml'), 'deterministic: true\n')
    await expect(eventsOfResuming(folder)).rejects.toMatchObject({
      failure: { code: 'COMPARISON_NOT_RESUMABLE', message: expect.stringContaining('spec.yaml') },
    })
  })

  it('has lost its specification', async () => {
    const folder = await killedComparison()
    rmSync(path.join(folder, 'spec.yaml'))
    await expect(eventsOfResuming(folder)).rejects.toMatchObject({
      failure: {
        code: 'COMPARISON_NOT_RESUMABLE',
        message: expect.stringContaining('has lost its spec.yaml'),
      },
    })
  })

  it.each([
    ['a file', 'pytorch-seed0/checkpoints/last.safetensors'],
    ['a folder', 'pytorch-seed0'],
    ['the events', 'tensorflow-seed0/events.jsonl'],
  ])('has %s in it that is a link, which is left alone with what it leads to', async (_, name) => {
    const folder = await killedComparison()
    const elsewhere = path.join(temporary, `elsewhere-${path.basename(folder)}`)
    mkdirSync(elsewhere)
    writeFileSync(path.join(elsewhere, 'events.jsonl'), 'a file of someone else')
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    rmSync(path.join(folder, name), { recursive: true, force: true })
    symlinkSync(elsewhere, path.join(folder, name))
    await expect(eventsOfResuming(folder)).rejects.toMatchObject({
      failure: {
        code: 'COMPARISON_NOT_RESUMABLE',
        message: expect.stringContaining(`${path.join(folder, name)} is a symbolic link`),
      },
    })
    expect(readFileSync(path.join(elsewhere, 'events.jsonl'), 'utf8')).toBe('a file of someone else')
    expect(existsSync(path.join(folder, 'lock.json'))).toBe(false)
  })

  it.each([
    ['pytorch-seed0/result.json', false],
    ['pytorch-seed0/result.json', true],
    ['comparison.json', true],
  ])('has a digit changed in %s', async (name, isWhole) => {
    const folder = await comparisonFolder()
    if (!isWhole) {
      rmSync(path.join(folder, 'comparison.json'))
      rmSync(path.join(folder, 'tensorflow-seed0', 'result.json'))
    }
    const file = path.join(folder, name)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('"firstStepLoss": 2.3', '"firstStepLoss": 2.4'))
    await expect(eventsOfResuming(folder)).rejects.toMatchObject({
      failure: {
        code: 'COMPARISON_NOT_RESUMABLE',
        message: expect.stringContaining(`${file} is not what was written`),
      },
    })
    rmSync(file)
    expect(ending(await eventsOfResuming(folder)).comparison.status).toBe('finished')
  })

  it('holds no comparison', async () => {
    await expect(eventsOfResuming(temporary)).rejects.toMatchObject({
      failure: { code: 'COMPARISON_NOT_FOUND' },
    })
  })

  it('keeps a result that another version wrote, and is refused', async () => {
    const folder = await comparisonFolder()
    const file = path.join(folder, 'comparison.json')
    writeFileSync(file, '{"schemaVersion":2}')
    await expect(eventsOfResuming(folder)).rejects.toMatchObject({
      failure: { code: 'COMPARISON_NOT_RESUMABLE', hint: expect.stringContaining('environment.json') },
    })
    expect(readFileSync(file, 'utf8')).toBe('{"schemaVersion":2}')
  })

  it('is at work: it is listed as running, and a second process is refused', async () => {
    const folder = await killedComparison()
    const lock = FolderLock.take(folder)
    await expect(eventsOfResuming(folder)).rejects.toMatchObject({
      failure: { code: 'COMPARISON_IN_USE', message: expect.stringContaining(String(process.pid)) },
    })
    const statusOf = async () =>
      (await listComparisons(path.dirname(folder))).find(({ name }) => name === path.basename(folder))?.status
    expect(await statusOf()).toBe('running')
    lock.release()
    expect(await statusOf()).toBe('interrupted')
  })
})

describe('the lock of a comparison folder', () => {
  it('goes with a resuming that has nothing else to do', async () => {
    const folder = await comparisonFolder()
    writeFileSync(
      path.join(folder, 'lock.json'),
      JSON.stringify({ pid: 2 ** 30, host: hostname(), started: null }),
    )
    await eventsOfResuming(folder)
    expect(existsSync(path.join(folder, 'lock.json'))).toBe(false)
  })

  it('goes with the work', async () => {
    expect(existsSync(path.join(await comparisonFolder(), 'lock.json'))).toBe(false)
  })
})
