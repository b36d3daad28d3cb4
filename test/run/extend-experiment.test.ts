import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { findAltered } from '../../src/run/folder/altered.js'
import { readComparison } from '../../src/run/folder/read.js'
import {
  ending,
  eventsOf,
  eventsOfExtending,
  eventsOfResuming,
  experiment,
  ofType,
  readJson,
  runName,
} from './rig.js'

/** The folder of a comparison of one seed that came to its end. */
async function comparisonFolder(changes: Parameters<typeof experiment>[0] = {}): Promise<string> {
  return ending(await eventsOf(experiment({ seeds: [0], ...changes }))).comparisonDirectory
}

function seedsIn(folder: string): unknown {
  return parse(readFileSync(path.join(folder, 'spec.yaml'), 'utf8')).seeds
}

/** Changes some fields of what the comparison says it ran on. */
function writeEnvironment(folder: string, change: (environment: Record<string, unknown>) => object): void {
  const file = path.join(folder, 'environment.json')
  writeFileSync(file, JSON.stringify(change(readJson(file))))
}

describe('a comparison that seeds are added to', async () => {
  const folder = await comparisonFolder()
  const before = readJson(folder, 'tensorflow-seed0', 'result.json')
  const events = await eventsOfExtending(folder, [0, 1, 2])

  it('carries out the runs of the new seeds alone, the order of the frameworks turning on', () => {
    expect(ofType(events, 'run-started').map(runName)).toEqual([
      'pytorch 1',
      'tensorflow 1',
      'tensorflow 2',
      'pytorch 2',
    ])
    expect(readJson(folder, 'tensorflow-seed0', 'result.json')).toEqual(before)
  })

  it('tells which seeds were added, before anything else', () => {
    const [extended] = ofType(events, 'comparison-extended')
    expect(events[0]).toBe(extended)
    expect(extended).toMatchObject({ seeds: [0, 1, 2], looks: [{ seeds: [0], pairs: 1 }] })
    expect(extended?.runs).toHaveLength(4)
  })

  it('compares all seeds, and says that it is the second look', async () => {
    const { comparison } = ending(events)
    expect(comparison.runs.map(runName)).toEqual([
      ...['tensorflow 0', 'pytorch 0', 'pytorch 1', 'tensorflow 1', 'tensorflow 2', 'pytorch 2'],
    ])
    expect(comparison.metrics.accuracy.difference?.pairs).toBe(3)
    expect(comparison.looks.map(({ seeds }) => seeds)).toEqual([[0], [0, 1, 2]])
  })

  it('is found with all of its runs, and with nothing altered', async () => {
    const recorded = await readComparison(folder)
    expect(recorded?.status).toBe('finished')
    expect(recorded?.started.runs).toHaveLength(6)
    expect(recorded && findAltered(recorded)).toEqual([])
    expect(seedsIn(folder)).toEqual([0, 1, 2])
  })

  it('can be resumed, which changes nothing, and be extended once more', async () => {
    expect((await eventsOfResuming(folder)).map(({ type }) => type)).toEqual(['comparison-finished'])
    const again = await eventsOfExtending(folder, [5])
    expect(ending(again).comparison.looks).toHaveLength(3)
    expect(seedsIn(folder)).toEqual([0, 1, 2, 5])
  })

  it('only tells its end when it has all of the seeds', async () => {
    const once = await eventsOfExtending(folder, [0, 5])
    expect(once.map(({ type }) => type)).toEqual(['comparison-finished'])
  })
})

describe('an extension that was interrupted', () => {
  it('is listed as interrupted with all of its runs, and resuming carries it out', async () => {
    const folder = await comparisonFolder()
    await eventsOfExtending(folder, [1, 2])
    rmSync(path.join(folder, 'comparison.json'))
    rmSync(path.join(folder, 'tensorflow-seed2'), { recursive: true })
    const recorded = await readComparison(folder)
    expect(recorded?.status).toBe('interrupted')
    expect(recorded?.started.runs).toHaveLength(6)
    expect(recorded?.results).toHaveLength(5)
    const events = await eventsOfResuming(folder)
    expect(ofType(events, 'run-started').map(runName)).toEqual(['tensorflow 2'])
    const { comparison } = ending(events)
    expect(comparison.runs).toHaveLength(6)
    expect(comparison.looks.map(({ seeds }) => seeds)).toEqual([[0], [0, 1, 2]])
  })

  it.each([
    ['had not yet written its seeds', false],
    ['had written its seeds, and nothing of its machine', true],
  ])('is carried out by resuming where the process %s', async (_, hasSeeds) => {
    const folder = await comparisonFolder()
    const file = path.join(folder, 'spec.yaml')
    const [spec, environment] = [file, path.join(folder, 'environment.json')].map((of) => readFileSync(of))
    await eventsOfExtending(folder, [1])
    writeFileSync(path.join(folder, 'environment.json'), environment ?? '')
    if (!hasSeeds) writeFileSync(file, spec ?? '')
    rmSync(path.join(folder, 'comparison.json'))
    for (const run of ['tensorflow-seed1', 'pytorch-seed1'])
      rmSync(path.join(folder, run), { recursive: true })
    const events = await eventsOfResuming(folder)
    expect(ofType(events, 'run-started').map(runName)).toEqual(['pytorch 1', 'tensorflow 1'])
    expect(seedsIn(folder)).toEqual([0, 1])
    expect(ending(await eventsOfResuming(folder)).comparison.runs).toHaveLength(4)
  })
})

describe('a comparison whose comparison.json was deleted', () => {
  it('has been looked at all the same', async () => {
    const folder = await comparisonFolder()
    rmSync(path.join(folder, 'comparison.json'))
    const first = ending(await eventsOfExtending(folder, [1])).comparison
    expect(first.looks.map(({ seeds }) => seeds)).toEqual([[0], [0, 1]])
    rmSync(path.join(folder, 'comparison.json'))
    const second = ending(await eventsOfExtending(folder, [2])).comparison
    expect(second.looks.map(({ seeds }) => seeds)).toEqual([[0], [0, 1], [0, 1, 2]])
  })
})

describe('a comparison that has runs without a result', () => {
  it('has them carried out too', async () => {
    const folder = ending(
      await eventsOf(experiment({ seeds: [0] }), { 'pytorch-0': 'die' }),
    ).comparisonDirectory
    const events = await eventsOfExtending(folder, [1])
    expect(ofType(events, 'run-started').map(runName)).toEqual(['pytorch 0', 'pytorch 1', 'tensorflow 1'])
    // Without a pair for every seed there was no verdict to look at.
    expect(ending(events).comparison.looks).toHaveLength(1)
  })
})

describe('a comparison with repeats', () => {
  it('repeats the runs of the new seeds too, and leaves the others as they are', async () => {
    const folder = await comparisonFolder({ comparison: { noise: true } })
    const events = await eventsOfExtending(folder, [1])
    expect(ofType(events, 'run-started').map(runName)).toEqual([
      ...['pytorch 1', 'tensorflow 1', 'pytorch 1 repeat', 'tensorflow 1 repeat'],
    ])
    expect(ending(events).comparison.repeats).toHaveLength(4)
  })
})

describe('an extension on other ground is refused by name, and leaves the comparison as it was', async () => {
  const folder = await comparisonFolder()
  const environment = readFileSync(path.join(folder, 'environment.json'))
  const spec = readFileSync(path.join(folder, 'spec.yaml'))

  async function expectRefused(message: string, behaviours = {}): Promise<void> {
    const before = readFileSync(path.join(folder, 'events.jsonl'), 'utf8')
    await expect(eventsOfExtending(folder, [1], behaviours)).rejects.toMatchObject({
      failure: { code: 'COMPARISON_NOT_RESUMABLE', message: expect.stringContaining(message) },
    })
    expect(readFileSync(path.join(folder, 'events.jsonl'), 'utf8')).toBe(before)
    expect(existsSync(path.join(folder, 'comparison.json'))).toBe(true)
    expect(existsSync(path.join(folder, 'lock.json'))).toBe(false)
    writeFileSync(path.join(folder, 'environment.json'), environment)
    writeFileSync(path.join(folder, 'spec.yaml'), spec)
  }

  it('of another version of twintune', async () => {
    writeEnvironment(folder, (before) => ({ ...before, twintune: '99.0.0' }))
    await expectRefused('was begun by twintune 99.0.0')
  })

  it('of other versions of the packages', async () => {
    writeEnvironment(folder, ({ frameworks, ...before }) => ({
      ...before,
      frameworks: { ...(frameworks as object), pytorch: { python: '3.11.0', versions: { pytorch: '0.9' } } },
    }))
    await expectRefused('PyTorch: pytorch 0.9 (now 1.0)')
  })

  it('of other images', async () => {
    await expectRefused('tensorflow seed 0'.replace('tensorflow', 'TensorFlow'), { 'check-data': 'differ' })
  })

  it('of another specification, with the part that was changed', async () => {
    writeFileSync(
      path.join(folder, 'spec.yaml'),
      spec.toString().replace('deterministic: false', 'deterministic: true'),
    )
    await expectRefused('was changed since the comparison began (deterministic)')
  })
})
