import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadExperiment } from '../../src/spec/load.js'
import { applyOverride, parseOverrides } from '../../src/spec/overrides.js'
import { formatPath, getIn } from '../../src/spec/path.js'
import { folderWith, issuesOfFile, smallest, smallestYaml } from './rig.js'

const load = async (set: string[], text = smallestYaml) =>
  loadExperiment('a.yaml', { set, cwd: await folderWith({ 'a.yaml': text }) })

describe('--set', () => {
  it.each([
    ['training.batchSize=64', ['training', 'batchSize'], 64],
    [
      'training.phases[0].optimizer.learningRate=1e-7',
      ['training', 'phases', 0, 'optimizer', 'learningRate'],
      1e-7,
    ],
    ['training.phases.0.epochs=1', ['training', 'phases', 0, 'epochs'], 1],
    ['training.phases[0].trainable.lastStages=2', ['training', 'phases', 0, 'trainable'], { lastStages: 2 }],
    ['training.phases=[{ epochs: 1 }, { epochs: 2 }]', ['training', 'phases', 1, 'epochs'], 2],
    ['model.weights=random', ['model', 'weights'], 'random'],
    ['model.head.hidden=[]', ['model', 'head', 'hidden'], []],
    ['deterministic=true', ['deterministic'], true],
    ['name="2026"', ['name'], '2026'],
    ['seeds[0]=9', ['seeds'], [9, 1, 2]],
  ])('%s', async (set, path, value) => {
    expect(getIn(await load([set]), path)).toEqual(value)
  })

  it('takes a key away with null, so that its default holds', async () => {
    const text = `${smallestYaml}\ndeterministic: true\nseeds: [7]\n`
    expect(await load(['deterministic=null', 'seeds=null'], text)).toMatchObject({
      deterministic: false,
      seeds: [0, 1, 2],
    })
  })

  it('takes an entry of a list away with null', async () => {
    const { training } = await load([
      'training.phases=[{ epochs: 1 }, { epochs: 2 }]',
      'training.phases[0]=null',
    ])
    expect(training.phases).toMatchObject([{ epochs: 2 }])
  })

  it('says that a key to take away is unknown, or may not be missing', async () => {
    await expect(load(['training.epoch=null'])).rejects.toThrow("unknown key 'epoch'")
    await expect(load(['dataset.train=null'])).rejects.toThrow('dataset.train: missing')
  })

  it('keeps the rest of what it reaches into, defaults too', async () => {
    const { training } = await load(['training.phases[0].optimizer.learningRate=0.5'])
    expect(training.phases).toMatchObject([{ epochs: 5, optimizer: { name: 'adam', learningRate: 0.5 } }])
  })

  it('fills a list that the file leaves empty', async () => {
    const text = smallestYaml.replace(/backbone: (\w+)/, 'backbone: $1\n  head: { hidden: [] }')
    const { model } = await load(['model.head.hidden[0]=64'], text)
    expect(model.head.hidden).toEqual([64])
  })

  it('given several times is set in order', async () => {
    const { training } = await load(['training.batchSize=1', 'training.batchSize=2'])
    expect(training.batchSize).toBe(2)
  })

  it('takes a path from the working directory, not from the folder of the file', async () => {
    const folder = await folderWith({ 'a.yaml': smallestYaml })
    const cwd = join(folder, 'work')
    await mkdir(cwd)
    const { dataset } = await loadExperiment('../a.yaml', { set: ['dataset.test=t.parquet'], cwd })
    expect(dataset).toMatchObject({ train: join(folder, 'train.parquet'), test: join(cwd, 't.parquet') })
  })

  it.each([
    [['dataset.source=huggingface', 'dataset.train=owner/name']],
    [['dataset.train=owner/name', 'dataset.source=huggingface']],
  ])('is a name on the hub where the source is one, in whatever order they are set: %s', async (set) => {
    const { dataset } = await load(set, smallestYaml)
    expect(dataset).toMatchObject({ source: 'huggingface', train: 'owner/name' })
  })

  it('mends what is wrong in the file', async () => {
    await expect(load(['seeds=[1]'], `${smallestYaml}seeds: none\n`)).resolves.toMatchObject({ seeds: [1] })
  })

  it('is checked like the file, beside the issues of the file', async () => {
    const set = [
      'training.bachSize=3',
      'trainig.precision=float32',
      'model.head.dropout=x',
      'training.phases[0].trainable.lastStages=9',
    ]
    expect(await issuesOfFile('a.yaml', `${smallestYaml}seed: [1]\n`, { set })).toEqual([
      "a.yaml:7:1 seed: unknown key 'seed'; did you mean 'seeds'?",
      "--set training.bachSize: unknown key 'bachSize'; did you mean 'batchSize'?",
      "--set trainig: unknown key 'trainig'; did you mean 'training'?",
      "--set model.head.dropout: expected a number, got the text 'x'",
      '--set training.phases[0].trainable.lastStages: resnet50 has 5 stages',
    ])
  })

  it.each([
    ['modle.backbone=resnet50', "--set modle: unknown key 'modle'; did you mean 'model'?"],
    ['model.bakbone=resnet50', "--set model.bakbone: unknown key 'bakbone'; did you mean 'backbone'?"],
    ['data.train=x', "--set data: unknown key 'data'; did you mean 'dataset'?"],
  ])('may have been meant as a key that the file has: %s', async (set, issue) => {
    expect(await issuesOfFile('a.yaml', smallestYaml, { set: [set] })).toEqual([issue])
  })

  it('is to blame for a bad value in the place of a good one', async () => {
    const text = `${smallestYaml}training:\n  batchSize: 8\n`
    expect(await issuesOfFile('a.yaml', text, { set: ['training.batchSize=0'] })).toEqual([
      '--set training.batchSize: must be at least 1, got 0',
    ])
  })

  it.each([
    [
      'training.batchSize',
      "--set: expected path=value, such as training.batchSize=64, got the text 'training.batchSize'",
    ],
    ['=3', "--set: expected path=value, such as training.batchSize=64, got the text '=3'"],
    ...['a..b', 'training.phases[].epochs'].map((path): [string, string] => [
      `${path}=3`,
      `--set: '${path}' is no path; keys are joined by dots, and entries of a list counted from 0, as in training.phases[0].epochs`,
    ]),
    ['seeds=[1', expect.stringMatching(/^--set seeds: the value '\[1' is not YAML: /)],
    [
      'seeds=*first',
      expect.stringMatching(/^--set seeds: the value '\*first' is not YAML: Unresolved alias/),
    ],
    [
      'training.phases.epochs=1',
      '--set training.phases.epochs: training.phases is a list; name an entry of it, such as training.phases[0]',
    ],
    [
      'training.phases[1].epochs=1',
      '--set training.phases[1].epochs: training.phases has 1 entry, counted from [0]',
    ],
  ])('%s is told what is wrong with it', async (set, issue) => {
    expect(await issuesOfFile('a.yaml', smallestYaml, { set: [set] })).toEqual([issue])
  })

  it('sets any value but null at any path, and nothing else', () => {
    const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,8}$/)
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 4 }), fc.jsonValue(), (path, value) => {
        fc.pre(value !== null)
        const { overrides, problems } = parseOverrides([`${formatPath(path)}=${JSON.stringify(value)}`])
        expect(problems).toEqual([])
        const [override] = overrides
        const outcome = override && applyOverride({ kept: 1 }, override)
        const spec = outcome && 'spec' in outcome ? outcome.spec : undefined
        expect(getIn(spec, path)).toEqual(JSON.parse(JSON.stringify(value)))
        if (path[0] !== 'kept') expect(getIn(spec, ['kept'])).toBe(1)
      }),
    )
  })
})

describe('--seeds', () => {
  it('goes over the seeds of the file', async () => {
    const cwd = await folderWith({ 'a.json': JSON.stringify({ ...smallest, seeds: [9] }) })
    await expect(loadExperiment('a.json', { cwd, seeds: '0..2' })).resolves.toMatchObject({
      seeds: [0, 1, 2],
    })
  })

  it('is checked like the file', async () => {
    expect(await issuesOfFile('a.yaml', smallestYaml, { seeds: '3,1..3' })).toEqual([
      '--seeds seeds[3]: 3 is listed already',
    ])
    expect(await issuesOfFile('a.yaml', smallestYaml, { seeds: 'some' })).toEqual([
      "--seeds seeds: expected seeds such as 0..5, 0,3,7 or 3, got the text 'some'",
    ])
  })
})
