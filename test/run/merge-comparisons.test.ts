import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Comparison } from '../../src/compare/comparison.js'
import { findAltered } from '../../src/run/folder/altered.js'
import { readComparison } from '../../src/run/folder/read.js'
import {
  ending,
  eventsOf,
  eventsOfExtending,
  eventsOfMerging,
  eventsOfResuming,
  experiment,
  ofType,
  readJson,
  runName,
  temporary,
} from './rig.js'
import { changed, edit, evidence, refusal, seeds, shard } from './shards.js'

let first = ''
let second = ''
beforeAll(async () => {
  first = await shard(1, 2, experiment({ seeds }))
  second = await shard(2, 2, experiment({ seeds }))
})

describe('a shard', () => {
  it('carries out its own seeds, in pairs, with the specification of the whole', () => {
    expect(readFileSync(path.join(second, 'spec.yaml'))).toEqual(readFileSync(path.join(first, 'spec.yaml')))
    expect(runsIn(first)).toEqual(['tensorflow 0', 'pytorch 0', 'pytorch 1', 'tensorflow 1'])
    expect(runsIn(second)).toEqual(['tensorflow 2', 'pytorch 2', 'pytorch 3', 'tensorflow 3'])
  })

  it('says that it is one, and draws no verdict that would count as a look', () => {
    const { shard, looks, metrics } = readJson(second, 'comparison.json') as never
    expect(shard).toEqual({ number: 2, of: 2 })
    expect(looks).toEqual([])
    expect(metrics).toMatchObject({
      accuracy: { difference: { verdict: 'inconclusive', reason: expect.stringContaining('Shard 2/2') } },
    })
    expect(path.basename(second)).toContain('shard2of2')
  })

  it('is resumed as the shard that it is', async () => {
    const copy = changed(second, 'resumed', (folder) => {
      rmSync(path.join(folder, 'comparison.json'))
      rmSync(path.join(folder, 'pytorch-seed3'), { recursive: true })
    })
    const events = await eventsOfResuming(copy)
    expect(ofType(events, 'run-started').map(runName)).toEqual(['pytorch 3'])
    expect(ending(events).comparison).toMatchObject({ shard: { number: 2, of: 2 }, looks: [] })
    expect((await eventsOfResuming(copy)).map(({ type }) => type)).toEqual(['comparison-finished'])
  })

  it('takes no seeds beside its own', async () => {
    await expect(eventsOfExtending(first, [9])).rejects.toThrow('is shard 1/2 of a comparison')
  })

  it('is refused where there are more shards than seeds', async () => {
    const tooMany = eventsOf(experiment({ seeds: [0, 1] }), {}, { shard: { number: 1, of: 3 } })
    await expect(tooMany).rejects.toThrow('2 seeds, too few for 3 shards')
  })
})

function runsIn(folder: string): string[] {
  return (readJson(folder, 'comparison.json') as { runs: Parameters<typeof runName>[0][] }).runs.map(runName)
}

function withoutReplay({ contract }: Comparison) {
  return contract.filter(({ ingredient }) => ingredient !== 'replayed steps')
}

describe('merged shards', () => {
  it('are the comparison that one machine would have made', async () => {
    const whole = ending(await eventsOf(experiment({ seeds }), {}, { evidence })).comparison
    const events = await eventsOfMerging([second, first])
    const { comparison, comparisonDirectory } = ending(events)
    expect(ofType(events, 'run-started')).toEqual([])
    expect(comparison.runs.map(runName)).toEqual(whole.runs.map(runName))
    expect(comparison.metrics).toEqual(whole.metrics)
    expect(comparison.looks).toEqual(whole.looks)
    expect(withoutReplay(comparison)).toEqual(withoutReplay(whole))
    // The first seed of every shard is replayed, so that each machine is looked at.
    expect(comparison.judgements.filter(({ steps }) => steps.length > 0).map(({ seed }) => seed)).toEqual([
      0, 0, 2, 2,
    ])
    expect(comparison).toMatchObject({
      shard: null,
      merged: {
        parts: [
          { name: path.basename(first), seeds: [0, 1], shard: { number: 1, of: 2 } },
          { name: path.basename(second), seeds: [2, 3], shard: { number: 2, of: 2 } },
        ],
        differences: [],
      },
    })
    const recorded = await readComparison(comparisonDirectory)
    expect(recorded?.started.runs).toHaveLength(8)
    expect(recorded && findAltered(recorded)).toEqual([])
    expect((await eventsOfResuming(comparisonDirectory)).map(({ type }) => type)).toEqual([
      'comparison-finished',
    ])
  })

  it('know what they were merged from when their result is made anew, and when seeds are added', async () => {
    const { comparisonDirectory, comparison } = ending(await eventsOfMerging([first, second]))
    rmSync(path.join(comparisonDirectory, 'comparison.json'))
    expect(ending(await eventsOfResuming(comparisonDirectory)).comparison.merged).toEqual(comparison.merged)
    const extended = ending(await eventsOfExtending(comparisonDirectory, [9])).comparison
    expect(extended.runs).toHaveLength(10)
    expect(extended.merged).toEqual(comparison.merged)
  })

  it('say in what their machines differ, and warn of it', async () => {
    const other = changed(second, 'other-machine', (folder) =>
      edit(path.join(folder, 'environment.json'), (environment) => ({
        ...environment,
        cpu: { model: 'Abacus', count: 4, available: 4 },
      })),
    )
    const events = await eventsOfMerging([first, other])
    const properties = ending(events).comparison.merged?.differences.map(({ property }) => property)
    expect(properties).toEqual(['processor', 'processors that twintune may use'])
    expect(ofType(events, 'warning')).toMatchObject([
      { code: 'MACHINES_DIFFER', message: expect.stringContaining('processor') },
    ])
  })

  it('keep a failure of one of their runs, and train nothing in its place', async () => {
    const subject = experiment({ seeds })
    const options = { shard: { number: 2, of: 2 }, evidence }
    const failed = ending(await eventsOf(subject, { 'pytorch-3': 'die' }, options)).comparisonDirectory
    const events = await eventsOfMerging([first, failed])
    expect(ofType(events, 'run-started')).toEqual([])
    const { comparison } = ending(events)
    expect(comparison.status).toBe('failed')
    expect(comparison.runs.filter(({ status }) => status === 'failed').map(runName)).toEqual(['pytorch 3'])
  })
})

describe('comparisons of other seeds', () => {
  it('are merged as one more look at the result', async () => {
    const one = ending(await eventsOf(experiment({ seeds: [0] }))).comparisonDirectory
    const two = ending(await eventsOf(experiment({ seeds: [1, 2] }))).comparisonDirectory
    const { comparison } = ending(await eventsOfMerging([one, two]))
    expect(comparison.looks.map((look) => look.seeds)).toEqual([[0], [1, 2], [0, 1, 2]])
  })
})

describe('folders that do not fit together', () => {
  it('name the shard that is missing', async () => {
    const of = (number: number) => shard(number, 4, experiment({ seeds }))
    const { code, message, hint } = await refusal([await of(1), await of(4)])
    expect(code).toBe('COMPARISONS_NOT_MERGEABLE')
    expect(message).toBe('Shards 2/4, 3/4 are missing.')
    expect(hint).toContain('--shard 2/4')
  })

  it('name the seeds that two of them have', async () => {
    const { message } = await refusal([first, changed(first, 'again', () => {})])
    expect(message).toContain('Both are shard 1/2')
    expect(message).toContain('both have the seeds 0..1')
  })

  it.each([
    [
      'a changed specification',
      'was changed since the comparison began (training)',
      (folder: string) => swap(folder, 'epochs: 1', 'epochs: 2'),
    ],
    [
      'another version of a package',
      'had other versions: twintune-fixture',
      (folder: string) =>
        edit(path.join(folder, 'environment.json'), (environment) => ({
          ...environment,
          frameworks: withVersion(environment.frameworks),
        })),
    ],
    [
      'another version of twintune',
      'was begun by twintune 0.0.1',
      (folder: string) =>
        edit(path.join(folder, 'environment.json'), (environment) => ({ ...environment, twintune: '0.0.1' })),
    ],
    ['no end', 'is interrupted', (folder: string) => rmSync(path.join(folder, 'comparison.json'))],
  ])('are refused with %s', async (name, words, change) => {
    const { code, message } = await refusal([first, changed(second, name, change)])
    expect(code).toBe('COMPARISONS_NOT_MERGEABLE')
    expect(message).toContain(words)
  })

  it('are refused by the option in which their specifications differ', async () => {
    const other = await shard(2, 2, experiment({ seeds, training: { phases: [{ epochs: 2 }] } }))
    expect((await refusal([first, other])).message).toContain('training.phases[0].epochs is 1 and 2')
  })

  it('are refused by what their runs read of the images', async () => {
    const other = await shard(2, 2, experiment({ seeds }), { images: 'differ' })
    expect((await refusal([first, other])).message).toContain('other pixels of the test images')
  })

  it('leave no folder behind', async () => {
    const merged = path.join(temporary, 'merged')
    const before = existsSync(merged) ? readdirSync(merged) : []
    await refusal([first])
    expect(existsSync(merged) ? readdirSync(merged) : []).toEqual(before)
  })
})

function swap(folder: string, before: string, after: string): void {
  const file = path.join(folder, 'spec.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replace(before, after))
}

function withVersion(frameworks: unknown): object {
  const { pytorch, ...others } = frameworks as { pytorch: { versions: object } }
  return { ...others, pytorch: { ...pytorch, versions: { ...pytorch.versions, 'twintune-fixture': '2' } } }
}
