import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readComparison } from '../../src/run/folder/read.js'
import { isComplete } from '../../src/run/wanted-evidence.js'
import { carryOut, ending, eventsOf, eventsOfResuming, experiment, ofType, readJson } from './rig.js'

const evidence = { replay: 'first', crossEvaluation: true } as const

describe('the runs of a comparison', async () => {
  const events = await eventsOf(experiment(), {}, { evidence })
  const { comparison, comparisonDirectory } = ending(events)

  it('are judged by the other framework, the steps of the first seed and the models of all', () => {
    expect(
      comparison.judgements.map(({ seed, judged, judge, steps, evaluation }) => [
        `${judged} ${seed} by ${judge}`,
        steps.length,
        evaluation?.images,
      ]),
    ).toEqual([
      ['tensorflow 0 by pytorch', 1, 1000],
      ['pytorch 0 by tensorflow', 1, 1000],
      ['tensorflow 1 by pytorch', 0, 1000],
      ['pytorch 1 by tensorflow', 0, 1000],
    ])
  })

  it('are told of as a framework begins to judge them', () => {
    expect(
      ofType(events, 'judging')
        .map(({ framework, judged, seed, replay, models }) => [
          `${framework} of ${judged} ${seed}`,
          replay,
          models,
        ])
        .toSorted(),
    ).toEqual([
      ['pytorch of tensorflow 0', true, 2],
      ['tensorflow of pytorch 0', true, 2],
    ])
  })

  it('have their judgements in their own folders', () => {
    const { checksum: _, ...judgement } = readJson(comparisonDirectory, 'pytorch-seed1', 'judgement.json')
    expect(judgement).toEqual(comparison.judgements[3])
  })
})

it('keeps the steps that could not be taken again as evidence, and deletes the others', async () => {
  const events: Awaited<ReturnType<typeof eventsOf>> = []
  for await (const event of carryOut(
    experiment({ seeds: [0] }),
    { 'judge-pytorch-seed0': 'differ' },
    { evidence },
  )) {
    events.push(event)
    // What a run keeps, which the fixture's runs don't.
    if (event.type === 'run-finished') {
      const steps = path.join(folderOf(events), `${event.framework}-seed0`, 'steps')
      mkdirSync(steps, { recursive: true })
      writeFileSync(path.join(steps, 'a.safetensors'), '')
    }
  }
  expect(existsSync(path.join(folderOf(events), 'pytorch-seed0', 'steps'))).toBe(true)
  expect(existsSync(path.join(folderOf(events), 'tensorflow-seed0', 'steps'))).toBe(false)
  const { contract, metrics } = ending(events).comparison
  expect(contract.find(({ ingredient }) => ingredient === 'replayed steps')).toMatchObject({
    state: 'different',
    evidence: expect.stringContaining('phase 2, epoch 1, step 3 of pytorch, taken again by tensorflow'),
  })
  expect(metrics.accuracy.difference).toMatchObject({
    verdict: 'different work',
    reason: expect.stringContaining('optimizer.exp_avg.head.0.weight'),
  })
})

it('warns of a run that could not be judged, and says in its row that nobody looked', async () => {
  const options = { evidence: { replay: 'none', crossEvaluation: true } } as const
  const behaviours = { 'judge-pytorch-seed0': 'raise', 'judge-tensorflow-seed0': 'raise' } as const
  const events = await eventsOf(experiment({ seeds: [0] }), behaviours, options)
  expect(ofType(events, 'warning').map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^TensorFlow could not judge PyTorch's run of seed 0: .*told to fail/),
  )
  const { contract, status, unjudged } = ending(events).comparison
  expect([status, unjudged.map(({ seed }) => seed)]).toEqual(['finished', [0, 0]])
  expect(contract.find(({ ingredient }) => ingredient === 'cross-evaluation')?.state).toBe('unchecked')
})

it('asks another Python where a judge dies, and has the same judgements as if it had not', async () => {
  const options = { evidence } as const
  const undisturbed = await eventsOf(experiment({ seeds: [0] }), {}, options)
  const events = await eventsOf(experiment({ seeds: [0] }), { 'judge-pytorch-seed0': 'die once' }, options)
  expect(ending(events).comparison).toMatchObject({
    judgements: ending(undisturbed).comparison.judgements,
    unjudged: [],
  })
})

it('judges nothing where no evidence is wanted, and in idiomatic mode', async () => {
  const unwanted = await eventsOf(experiment({ seeds: [0] }))
  const model = { backbone: 'mobilenet_v2', weights: 'random' } as const
  const idiomatic = await eventsOf(experiment({ seeds: [0], mode: 'idiomatic', model }), {}, { evidence })
  expect(ending(unwanted).comparison.judgements).toEqual([])
  expect(ending(idiomatic).comparison.judgements).toEqual([])
})

it('takes judgements that stand from the folder when a comparison is resumed', async () => {
  const events = await eventsOf(experiment({ seeds: [0] }), {}, { evidence })
  const folder = folderOf(events)
  rmSync(path.join(folder, 'comparison.json'))
  // Its workers would fail if they were asked.
  const behaviours = { 'judge-pytorch-seed0': 'die', 'judge-tensorflow-seed0': 'die' } as const
  const resumed = await eventsOfResuming(folder, behaviours)
  expect(ending(resumed).comparison.judgements).toEqual(ending(events).comparison.judgements)
})

it('judges anew where a digit of a judgement was changed', async () => {
  const events = await eventsOf(experiment({ seeds: [0] }), {}, { evidence })
  const folder = folderOf(events)
  rmSync(path.join(folder, 'comparison.json'))
  const file = path.join(folder, 'pytorch-seed0', 'judgement.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"accuracy": [\d.]+/, '"accuracy": 0.125'))
  const resumed = await eventsOfResuming(folder)
  expect(ofType(resumed, 'judging').map(({ judged }) => judged)).toEqual(['pytorch'])
  expect(ending(resumed).comparison.judgements[1]?.evaluation).toEqual(
    ending(events).comparison.judgements[1]?.evaluation,
  )
})

it('judges what could not be judged when a finished comparison is resumed, as it was wanted in the beginning', async () => {
  const behaviours = { 'judge-pytorch-seed0': 'die' } as const
  const events = await eventsOf(experiment({ seeds: [0] }), behaviours, { evidence })
  expect(ending(events).comparison.judgements.map(({ judged }) => judged)).toEqual(['tensorflow'])
  expect(ending(events).comparison.unjudged).toMatchObject([{ seed: 0, code: 'PYTHON_DIED' }])

  const resumed = await eventsOfResuming(folderOf(events))

  expect(ofType(resumed, 'run-started')).toEqual([])
  expect(ending(resumed).comparison.judgements.map(({ judged, steps }) => [judged, steps.length])).toEqual([
    ['tensorflow', 1],
    ['pytorch', 1],
  ])
})

it('judges again what could not be judged of a seed whose model was tested with those of the others', async () => {
  const options = { evidence: { replay: 'all', crossEvaluation: true } } as const
  const behaviours = { 'judge-pytorch-seed1': 'raise', 'judge-tensorflow-seed1': 'raise' } as const
  const events = await eventsOf(experiment({ seeds: [0, 1] }), behaviours, options)
  expect(
    ending(events).comparison.contract.find(({ ingredient }) => ingredient === 'replayed steps'),
  ).toMatchObject({
    state: 'unchecked',
    evidence: expect.stringContaining('1 kept step of tensorflow seed 1'),
  })

  const resumed = await eventsOfResuming(folderOf(events))

  const { judgements, contract } = ending(resumed).comparison
  expect(judgements.map(({ steps, evaluation }) => [steps.length, evaluation !== null])).toEqual(
    Array.from({ length: 4 }, () => [1, true]),
  )
  expect(contract.find(({ ingredient }) => ingredient === 'replayed steps')?.state).toBe('equivalent')
})

it('tests the models of a finished comparison that is resumed with that wish, and refuses steps that were not kept', async () => {
  const events = await eventsOf(
    experiment({ seeds: [0] }),
    {},
    { evidence: { replay: 'none', crossEvaluation: false } },
  )
  const begun = await readComparison(folderOf(events))
  expect(begun && [{}, { crossEvaluation: true }].map((wanted) => isComplete(begun, wanted))).toEqual([
    true,
    false,
  ])
  const tested = await eventsOfResuming(folderOf(events), {}, { crossEvaluation: true })
  expect(ending(tested).comparison.judgements.map(({ evaluation }) => evaluation?.images)).toEqual([
    1000, 1000,
  ])
  await expect(eventsOfResuming(folderOf(events), {}, { replay: 'all' })).rejects.toThrow(
    /have finished without the steps that --replay all takes again: TensorFlow seed 0, PyTorch seed 0/,
  )
})

it('goes on with other evidence where a comparison is resumed with other options', async () => {
  const events = await eventsOf(experiment({ seeds: [0] }), { 'pytorch-0': 'raise' }, { evidence })
  const resumed = await eventsOfResuming(folderOf(events), {}, { replay: 'none', crossEvaluation: false })
  expect(ofType(resumed, 'comparison-resumed')[0]?.evidence).toEqual({
    replay: 'none',
    crossEvaluation: false,
  })
  expect(ending(resumed).comparison.judgements).toEqual([])
})

function folderOf([first]: Awaited<ReturnType<typeof eventsOf>>): string {
  if (first?.type !== 'comparison-started') throw new Error('The first event is not comparison-started.')
  return first.comparisonDirectory
}
