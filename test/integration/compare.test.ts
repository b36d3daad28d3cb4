import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { comparisonSchema } from '../../src/compare/comparison.js'
import { disagreementDetailsSchema } from '../../src/compare/disagreement.js'
import type { Event } from '../../src/events.js'
import { loadModel } from '../../src/index.js'
import { predictionLineSchema } from '../../src/lines/predict.js'
import { evaluationDetailsSchema } from '../../src/protocol/evaluation.js'
import { type RunResult, runResultSchema } from '../../src/protocol/result.js'
import { comparisonFiles } from '../../src/run/folder/files.js'
import type { ExperimentInput, Framework } from '../../src/spec/schema.js'
import {
  comparisonOf,
  eventsOf,
  parseEvents,
  python,
  readJson,
  runExample,
  runTwintune,
  startTwintune,
  temporaryFolder,
  tinyExperiment,
  writePictures,
  writeSpec,
} from './rig.js'
import { compareWarm } from './warm.js'

const folder = temporaryFolder()
let events: Event[]
let exitCode: number | undefined
let comparisonDirectory: string

beforeAll(async () => {
  writePictures(folder)
  const spec = writeSpec(folder, tinyExperiment(folder, { seeds: [0, 1] }))
  const ran = await runTwintune(['compare', spec, '--replay', 'first'], folder)
  ;({ events, exitCode } = ran)
  comparisonDirectory = eventsOf(events, 'comparison-started')[0]?.comparisonDirectory ?? ''
})

describe('compare, aligned, on both frameworks', () => {
  it('finishes every framework × seed and exits with 0', () => {
    expect(exitCode).toBe(0)
    expect(comparisonOf(events).runs.map(({ framework, seed, status }) => [framework, seed, status])).toEqual(
      expect.arrayContaining([
        ['tensorflow', 0, 'finished'],
        ['tensorflow', 1, 'finished'],
        ['pytorch', 0, 'finished'],
        ['pytorch', 1, 'finished'],
      ]),
    )
  })

  it('gave both sides the same, and they did the same within rounding', () => {
    const { contract } = comparisonOf(events)
    const states = contract.map(({ ingredient, state }) => [ingredient, state] as const)
    expect(states.filter(([, state]) => state === 'different')).toEqual([])
    expect(states.filter(([, state]) => state === 'identical').length).toBeGreaterThan(20)
    expect(Object.fromEntries(states)).toMatchObject({
      'replayed steps': 'equivalent',
      'cross-evaluation': 'equivalent',
    })
  })

  it('begins with the same loss in both, seed by seed', () => {
    const { runs } = comparisonOf(events)
    for (const seed of [0, 1]) {
      const [first, second] = runs
        .filter((run) => run.seed === seed)
        .map((run) => run.firstStepLoss ?? Number.NaN)
      // One forward pass in float32: a few units in the last place.
      expect(Math.abs((first ?? 0) - (second ?? 0))).toBeLessThan(1e-5)
    }
  })

  it('keeps one Python warm across the seeds of a framework', () => {
    for (const framework of ['tensorflow', 'pytorch']) {
      const started = eventsOf(events, 'run-started').filter((event) => event.framework === framework)
      expect(new Set(started.map(({ pythonPid }) => pythonPid)).size).toBe(1)
    }
  })

  it('runs one after the other, by turns which is first, and none while a framework is imported', () => {
    const order = events.flatMap((event) =>
      event.type === 'run-started' || event.type === 'run-finished'
        ? [`${event.type} ${event.framework} ${event.seed}`]
        : event.type === 'worker'
          ? [event.state]
          : [],
    )
    expect(order.slice(order.lastIndexOf('ready') + 1)).toEqual([
      'run-started tensorflow 0',
      'run-finished tensorflow 0',
      'run-started pytorch 0',
      'run-finished pytorch 0',
      'run-started pytorch 1',
      'run-finished pytorch 1',
      'run-started tensorflow 1',
      'run-finished tensorflow 1',
    ])
  })

  it('left models that predict the test images as the runs report, in both frameworks', async () => {
    const broken = path.join(folder, 'broken.png')
    writeFileSync(broken, 'no image')
    const args = ['--top', '2', '--batch-size', '7', '--format', 'jsonl']
    const ran = await startTwintune(['predict', 'latest', 'test', broken, ...args], folder)
    expect(ran.exitCode).toBe(3)
    const lines = ran.stdout.split('\n').map((line) => predictionLineSchema.parse(JSON.parse(line)))
    const images = lines.slice(0, -1)
    expect(lines.at(-1)).toMatchObject({ image: broken, models: [], problem: expect.stringContaining('PNG') })
    for (const [position, framework] of (['tensorflow', 'pytorch'] as const).entries()) {
      const predicted = images.map(({ models }) => models[position]?.top.map((each) => each.class) ?? [])
      const right = images.filter(
        ({ image }, index) => predicted[index]?.[0] === path.basename(path.dirname(image)),
      )
      const run = comparisonOf(events).runs.find((each) => each.framework === framework && each.seed === 0)
      expect(right.length / images.length).toBe(run?.test?.accuracy)
      // The table of the run's test has the same answers, image by image.
      const table = readFileSync(
        path.join(comparisonDirectory, `${framework}-seed0`, 'predictions.csv'),
        'utf8',
      )
      const rows = table
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((row) => row.split(','))
      expect(rows.map(([, image, , , answer]) => [path.join('test', image ?? ''), answer])).toEqual(
        images.map(({ image }, index) => [image, predicted[index]?.[0]]),
      )
    }
  })

  it('left a model that a program loads, asks again and again, and closes', async () => {
    process.env.TWINTUNE_PYTHON = python
    const model = await loadModel(comparisonDirectory, { framework: 'pytorch', seed: 1 })
    const { classes } = model.description
    const file = path.join(
      folder,
      'test',
      classes[0] ?? '',
      readdirSync(path.join(folder, 'test', classes[0] ?? ''))[0] ?? '',
    )
    const [ofFile, ofBytes] = await model.predict([file, readFileSync(file)], { top: 99 })
    expect(ofFile).toMatchObject({ image: file, problem: null })
    expect(ofFile?.top).toHaveLength(classes.length)
    expect(ofBytes).toEqual({ ...ofFile, image: null })
    const [again, bad] = await model.predict([readFileSync(file), Buffer.from('no image')])
    expect(again?.top[0]).toEqual(ofFile?.top[0])
    expect(bad).toMatchObject({ image: null, top: [], problem: expect.stringContaining('PNG') })
    await model.close()
    await expect(model.predict([file])).rejects.toMatchObject({
      failure: { message: expect.stringContaining('closed') },
    })
  })

  it('writes a report for people', () => {
    const report = readFileSync(path.join(comparisonDirectory, 'report.html'), 'utf8')
    expect(report).toContain('<h2 id="verdict"')
    expect(report).not.toMatch(/NaN|undefined/)
    expect(readFileSync(path.join(comparisonDirectory, 'report.md'), 'utf8')).toMatch(/^## .*\n\| accuracy /s)
  })

  it('leaves a comparison folder that can be read without twintune', () => {
    expect(comparisonSchema.parse(readJson(comparisonDirectory, 'comparison.json'))).toEqual(
      comparisonOf(events),
    )
    expect(parseEvents(readFileSync(path.join(comparisonDirectory, 'events.jsonl'), 'utf8'))).toEqual(events)
    for (const run of ['tensorflow-seed0', 'tensorflow-seed1', 'pytorch-seed0', 'pytorch-seed1']) {
      expect(runResultSchema.parse(readJson(comparisonDirectory, run, 'result.json')).status).toBe('finished')
      expect(existsSync(path.join(comparisonDirectory, run, 'model/model.safetensors'))).toBe(true)
      expect(
        parseEvents(readFileSync(path.join(comparisonDirectory, run, 'events.jsonl'), 'utf8')),
      ).not.toEqual([])
    }
    expect(readFileSync(path.join(comparisonDirectory, 'spec.yaml'), 'utf8')).toContain('resnet18')
    expect(readJson(comparisonDirectory, 'environment.json')).toMatchObject({
      frameworks: { tensorflow: {}, pytorch: {} },
    })
  })

  it('can be read by a program, which finds as many wrong answers as the result has', async () => {
    const lines = await runExample('read-comparison.ts', folder)
    expect(lines[0]).toMatch(`${path.basename(comparisonDirectory)} finished `)
    const { confusion } = evaluationDetailsSchema.parse(
      readJson(comparisonDirectory, 'pytorch-seed0', 'evaluation.json'),
    )
    const wrong = confusion.flatMap((row, label) => row.filter((_, predicted) => predicted !== label))
    expect(lines.filter((line) => line.includes('is taken for'))).toHaveLength(
      wrong.reduce((sum, count) => sum + count, 0),
    )
  })

  it('keeps the test of each run in detail, from which its metrics can be had again', () => {
    for (const run of comparisonOf(events).runs) {
      const evaluation = evaluationDetailsSchema.parse(
        readJson(comparisonDirectory, `${run.framework}-seed${run.seed}`, 'evaluation.json'),
      )
      expect(evaluation.classes).toEqual(run.classes)
      const { confusion, perClass, topLosses } = evaluation
      const images = confusion.flat().reduce((sum, count) => sum + count, 0)
      const right = confusion.reduce((sum, row, label) => sum + (row[label] ?? 0), 0)
      expect(right / images).toBe(run.test?.accuracy)
      expect(perClass.map(({ support }) => support)).toEqual([4, 4, 4])
      // Twelve images: all are among the twenty, and the mean of their losses is the test's.
      const losses = topLosses.map(({ loss }) => loss)
      expect(losses).toEqual(losses.toSorted((a, b) => b - a))
      expect(losses.reduce((sum, loss) => sum + loss, 0) / images).toBeCloseTo(run.test?.loss ?? 0, 12)
      expect(topLosses.every(({ image }) => existsSync(image))).toBe(true)
    }
  })

  it('counts what the two models of each seed answered, image by image, as their own tests have it', () => {
    const { disagreement, runs } = comparisonOf(events)
    expect(disagreement.map(({ seed, images }) => [seed, images])).toEqual([
      [0, 12],
      [1, 12],
    ])
    for (const of of disagreement) {
      const right = (framework: Framework) =>
        12 * (runs.find((run) => run.framework === framework && run.seed === of.seed)?.test?.accuracy ?? 0)
      expect(of.bothRight + of.onlyTensorflowRight).toBeCloseTo(right('tensorflow'), 12)
      expect(of.bothRight + of.onlyPytorchRight).toBeCloseTo(right('pytorch'), 12)
      expect(of.bothRight + of.onlyTensorflowRight + of.onlyPytorchRight + of.bothWrong).toBe(12)
    }
  })

  it('keeps what the libraries print in the comparison folder, and out of sight', () => {
    expect(readFileSync(path.join(comparisonDirectory, 'tensorflow.log'), 'utf8')).toContain('oneDNN')
  })

  it('is found by list and show', async () => {
    const listed = await startTwintune(['list'], folder)
    expect(listed.stdout).toContain(path.basename(comparisonDirectory))
    const reported = await startTwintune(['report', 'latest'], folder)
    expect(reported.stdout).toBe(path.join(comparisonDirectory, 'report.html'))
    const shown = await startTwintune(['show', 'latest'], folder)
    expect(shown.exitCode).toBe(0)
    expect(shown.stdout).toContain('Fairness contract')
    expect(shown.stdout).not.toContain('Where the two disagree')
    const inFull = await startTwintune(['show', 'latest', '--details'], folder)
    expect(inFull.stdout).toContain('Where the two disagree')
  })
})

describe('an experiment of one framework', () => {
  it('is carried out in it alone, and tells what its steps spend their time on', async () => {
    const one = tinyExperiment(folder, { name: 'one', frameworks: ['pytorch'], profile: true })
    const { runs } = comparisonOf(await compareWarm(one, folder))
    expect(runs.map(({ framework }) => framework)).toEqual(['pytorch'])
    expect(runs[0]?.profile).toEqual([expect.objectContaining({ phase: 1, input: 'features', steps: 20 })])
  })
})

describe('compare, idiomatic', () => {
  it('runs the document’s two models and says what differs', async () => {
    const document = tinyExperiment(folder, {
      name: 'document',
      mode: 'idiomatic',
      model: { backbone: 'resnet50', weights: 'random' },
    })
    const told = await compareWarm(document, folder)
    const comparison = comparisonOf(told)
    expect(comparison.mode).toBe('idiomatic')
    const different = comparison.contract.filter(({ state }) => state === 'different')
    expect(different.map(({ ingredient }) => ingredient)).toEqual(
      expect.arrayContaining(['weights', 'pixels', 'optimizer', 'batch norm']),
    )
    const [started] = eventsOf(told, 'comparison-started')
    for (const { framework, test } of comparison.runs) {
      const details = readJson(started?.comparisonDirectory ?? '', `${framework}-seed0`, 'evaluation.json')
      const f1 = evaluationDetailsSchema.parse(details).perClass.flatMap((row) => row.f1 ?? [])
      const mean = f1.reduce((sum, value) => sum + value, 0) / f1.length
      expect(mean).toBeCloseTo(test?.macroF1 ?? Number.NaN, 12)
    }
    const { seeds } = disagreementDetailsSchema.parse(
      readJson(started?.comparisonDirectory ?? '', 'disagreements.json'),
    )
    expect(seeds.map(({ listed, ...counts }) => counts)).toEqual(comparison.disagreement)
    const listed = seeds.flatMap((of) => of.listed)
    // Two models of different random weights: that all twelve answers are alike has not been seen.
    expect(listed.length).toBeGreaterThan(0)
    expect(listed).toHaveLength(comparison.disagreement[0]?.different ?? 0)
    for (const { image, thumbnail, tensorflow, pytorch } of listed) {
      expect(tensorflow.predicted).not.toBe(pytorch.predicted)
      expect(existsSync(image ?? '')).toBe(true)
      expect(existsSync(path.join(started?.comparisonDirectory ?? '', thumbnail ?? ''))).toBe(true)
    }
    const evidence = comparison.contract.map((row) => row.evidence).join('\n')
    expect(evidence).toContain('epsilon 1e-07')
    expect(evidence).toContain('eps 1e-08')
  })
})

const measured: readonly string[] = [
  'seconds',
  'imagesPerSecond',
  'featureImagesPerSecond',
  'peakMemoryBytes',
  'othersCpuShare',
  'throughput',
  'repeat',
]

/** Results of runs without what clocks and the machine's memory say, and whether a run is a repeat. */
function withoutTimes(runs: readonly RunResult[]): unknown {
  return JSON.parse(JSON.stringify(runs, (key, value) => (measured.includes(key) ? undefined : value)))
}

describe('a deterministic run', () => {
  const again: Partial<ExperimentInput> = {
    name: 'again',
    deterministic: true,
    training: { batchSize: 8, phases: [{ epochs: 1, trainable: { lastStages: 1 } }] },
  }
  let told: Event[]

  beforeAll(async () => {
    const experiment = tinyExperiment(folder, { ...again, comparison: { noise: true } })
    told = await compareWarm(experiment, folder, { featureCache: false })
  })

  it('ends in the same bits when it is repeated, and its noise is none', () => {
    const { runs, repeats, noise } = comparisonOf(told)
    const [started] = eventsOf(told, 'comparison-started')
    const [tensorflow, pytorch, ...again] = (started?.runs ?? []).map((run) => {
      const model = path.join(comparisonFiles.folderOf(run), 'model/model.safetensors')
      const file = path.join(started?.comparisonDirectory ?? '', model)
      return createHash('sha256').update(readFileSync(file)).digest('hex')
    })
    expect(again).toEqual([tensorflow, pytorch])
    expect(repeats.map(({ status }) => status)).toEqual(['finished', 'finished'])
    expect(withoutTimes(repeats)).toEqual(withoutTimes(runs))

    const exact = { mean: 0, largest: 0, pairs: 1 }
    for (const figure of ['accuracy', 'macroF1', 'loss', 'firstStepLoss', 'differentImages'] as const) {
      expect(noise?.[figure]).toMatchObject({ tensorflow: exact, pytorch: exact })
    }
    expect(noise?.unlike).toEqual({ tensorflow: [], pytorch: [] })
    expect(noise?.loss.between?.mean).toBeGreaterThan(0)
  })

  it('leaves no trace in the next comparison of the same Pythons, and finds none', async () => {
    const other = tinyExperiment(folder, {
      name: 'other',
      seeds: [3],
      training: { batchSize: 4, precision: 'float64', phases: [{ epochs: 1 }] },
    })
    for (const { status, seconds } of comparisonOf(await compareWarm(other, folder)).runs)
      expect([status, seconds?.import]).toEqual(['finished', 0])
    const later = await compareWarm(tinyExperiment(folder, again), folder, { featureCache: false })
    expect(withoutTimes(comparisonOf(later).runs)).toEqual(withoutTimes(comparisonOf(told).runs))
  })
})

describe('parallel runs', () => {
  it('go on at the same time', async () => {
    const told = await compareWarm(tinyExperiment(folder, { name: 'parallel' }), folder, { parallel: 2 })
    expect(comparisonOf(told).runs.map(({ status }) => status)).toEqual(['finished', 'finished'])
    const order = told.filter(({ type }) => type === 'run-started' || type === 'run-finished')
    expect(order.slice(0, 2).map(({ type }) => type)).toEqual(['run-started', 'run-started'])
  })
})
