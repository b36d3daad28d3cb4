import { describe, expect, it } from 'vitest'
import { behaviourOf, brokenRows } from '../../src/compare/behaviour.js'
import type { Judgement } from '../../src/compare/judgement.js'
import type { Facts, TrainedPhase } from '../../src/protocol/facts.js'
import type { CrossEvaluation, ReplayedStep } from '../../src/protocol/judge-run.js'
import type { EvaluationMetrics, FinishedRun } from '../../src/protocol/result.js'
import { facts, finishedRun } from '../report/comparison.js'

describe('the rows of what two runs did', () => {
  it('say nothing against runs that did the same, within rounding', () => {
    const rows = behaviourOf('aligned', pair(), judgements())
    expect(Object.fromEntries(rows.map(({ ingredient, state }) => [ingredient, state]))).toEqual({
      'first step': 'equivalent',
      images: 'identical',
      updates: 'identical',
      features: 'equivalent',
      continuity: 'identical',
      'replayed steps': 'equivalent',
      'cross-evaluation': 'equivalent',
    })
    expect(brokenRows('aligned', rows)).toEqual([])
  })

  it('are left out where no seed has both frameworks', () => {
    expect(behaviourOf('aligned', [finishedRun('tensorflow', 0)], [])).toEqual([])
  })

  const image = { trained: 32, distinct: 32, weight: 32, loss: null, right: null, validated: 8 }
  it.each<[string, Partial<Facts>, string]>([
    ['images', { images: [image, { ...image, trained: 28 }] }, '28 images'],
    ['images', { images: [image, { ...image, distinct: 31 }] }, '31 of them distinct'],
    ['images', { images: [image, { ...image, weight: 32.01 }] }, 'of weight 32.0100'],
    ['images', { images: [image, { ...image, validated: 7 }] }, '7 validated'],
    ['images', { tested: 39 }, 'pytorch 39'],
    ['updates', { phases: [phase({ stillSteps: 2 })] }, 'in 2 of 8 of pytorch'],
    ['features', { phases: [phase({ featuresDifference: 2e-4 })] }, "PyTorch's features differ by 2.0e-4"],
    [
      'continuity',
      { phases: [phase({ continuity: [{ at: 'at its start', changed: 'head.0.bias' }] })] },
      'at its start: head.0.bias has changed',
    ],
  ])('call %s different by %o', (ingredient, changes, evidence) => {
    const rows = behaviourOf('aligned', pair(changes), judgements())
    expect(brokenRows('aligned', rows)).toEqual([
      { ingredient, state: 'different', evidence: expect.stringContaining(evidence) },
    ])
  })

  it('call first steps different beyond rounding, and show both losses', () => {
    const [tensorflow, pytorch] = pair()
    const rows = behaviourOf(
      'aligned',
      [
        { ...tensorflow, firstStepLoss: 4.254 },
        { ...pytorch, firstStepLoss: 4.571 },
      ],
      [],
    )
    expect(rows[0]).toEqual({
      ingredient: 'first step',
      state: 'different',
      evidence: 'loss of the first step: tensorflow 4.254, pytorch 4.571',
    })
  })

  it('call the first step of a later phase different, which the other framework took from the same state', () => {
    const step = { ...replayed, phase: 2, epoch: 1, step: 1, losses: [1.5, 1.6] as [number, number] }
    const rows = behaviourOf('aligned', pair(), judgements({ steps: [step] }))
    expect(row('first step', rows)).toMatchObject({
      state: 'different',
      evidence: expect.stringContaining('phase 2'),
    })
  })

  it('name the step and the tensor that could not be taken again', () => {
    const evidenceOf = (worst: Judgement['steps'][number]['worst']) => {
      const rows = behaviourOf('aligned', pair(), [
        judgement({ steps: [replayed, { ...replayed, step: 4, worst }] }),
      ])
      expect(row('replayed steps', rows)?.state).toBe('different')
      return row('replayed steps', rows)?.evidence
    }
    const where = 'phase 1, epoch 2, step 4 of tensorflow, taken again by pytorch: '
    const wrong = { tensor: 'blocks.1.0.conv.weight', difference: 0.9, bound: 1e-3 }
    expect(evidenceOf({ ...wrong, measure: 'change' })).toBe(
      `${where}blocks.1.0.conv.weight differs by 9.0e-1 of its change, where rounding explains 1.0e-3; 2 steps of seed 0 were taken again`,
    )
    expect(evidenceOf({ ...wrong, measure: 'norm' })).toContain(
      `${where}the two changes of blocks.1.0.conv.weight differ in length by 9.0e-1 of the longer one`,
    )
    expect(evidenceOf({ ...wrong, tensor: 'the head', measure: 'gradient' })).toContain(
      `${where}the gradients of the head differ in length by 9.0e-1 of the longer one`,
    )
    expect(
      evidenceOf({ tensor: "the optimiser's count of steps", difference: 5, bound: 0.5, measure: 'count' }),
    ).toContain(`${where}the optimiser's count of steps is off by 5;`)
  })

  it('say that nobody took the kept steps of a seed again, though those of another seed were', () => {
    const [tensorflow, pytorch] = pair()
    const keeping = [tensorflow, pytorch].flatMap((run) => {
      const keeps = { ...run, facts: { ...run.facts, phases: [phase({ keptSteps: 1 })] } }
      return [keeps, { ...keeps, seed: 1 }]
    })
    const untouched = judgements({ steps: [] }).map((each) => ({ ...each, seed: 1, steps: [] }))
    const rows = behaviourOf('aligned', keeping, [...judgements({ steps: [replayed] }), ...untouched])
    expect(row('replayed steps', rows)).toMatchObject({
      state: 'unchecked',
      evidence: expect.stringContaining('1 kept step of tensorflow seed 1'),
    })
  })

  it('say that nobody could look at a step most of whose tensors rounding moves as far', () => {
    const both = (loose: number) =>
      row(
        'replayed steps',
        behaviourOf(
          'aligned',
          pair(),
          judgements().map((each) => ({ ...each, steps: [{ ...replayed, loose }] })),
        ),
      )
    expect(both(6)?.state).toBe('equivalent')
    expect(both(7)).toMatchObject({
      state: 'unchecked',
      evidence: expect.stringContaining(
        'Nobody looked at most tensors of 2 steps, which rounding moves as far.',
      ),
    })
  })

  it('say that one framework kept fewer steps than the other one', () => {
    const [tensorflow, pytorch] = pair()
    const keeping = (run: FinishedRun, keptSteps: number) => ({
      ...run,
      facts: { ...run.facts, phases: [phase({ keptSteps })] },
    })
    const found = judgements({ steps: [replayed, replayed] })
    const rows = behaviourOf('aligned', [keeping(tensorflow, 2), keeping(pytorch, 1)], found)
    expect(row('replayed steps', rows)).toMatchObject({
      state: 'unchecked',
      evidence: expect.stringContaining('1 step of pytorch seed 0 that the other framework kept'),
    })
  })

  it('call the images different where loss or accuracy of an epoch are not what its steps returned', () => {
    const [tensorflow, pytorch] = pair()
    const epoch = {
      phase: 1,
      epoch: 1,
      learningRate: 0.1,
      train: { accuracy: 0.875, loss: 0.5 },
      validation: null,
      seconds: 1,
      imagesPerSecond: 10,
    }
    const rowOf = (returned: { loss: number | null; right: number | null }) => {
      const images = [{ trained: 8, distinct: 8, weight: 8, ...returned, validated: 4 }]
      const runs = [tensorflow, pytorch].map((run) => ({
        ...run,
        epochs: [epoch],
        facts: { ...run.facts, images },
      }))
      return row('images', behaviourOf('aligned', runs, judgements()))
    }
    expect(rowOf({ loss: 0.500001, right: 7 })?.state).toBe('identical')
    expect(rowOf({ loss: 0.507, right: 7 })?.state).toBe('different')
    expect(rowOf({ loss: 0.5, right: 6 })).toMatchObject({
      state: 'different',
      evidence:
        'epoch 1 of TensorFlow: training accuracy 0.875, where its steps answered 6 of 8 images right',
    })
    // Runs of earlier versions have neither.
    expect(rowOf({ loss: null, right: null })?.state).toBe('identical')
  })

  it('call inputs of a step different that are not the features of its images', () => {
    const rows = behaviourOf('aligned', pair(), judgements({ steps: [{ ...replayed, inputs: 0.3 }] }))
    expect(row('replayed steps', rows)).toMatchObject({
      state: 'different',
      evidence: expect.stringContaining('its inputs differ by 3.0e-1'),
    })
  })

  it('let other answers pass in the cross-evaluation where they are ties, and no others', () => {
    const ties = { ...evaluation, different: [3], ties: [3] }
    const others = { ...evaluation, different: [3, 4], ties: [3] }
    const state = (found: typeof evaluation) =>
      row('cross-evaluation', behaviourOf('aligned', pair(), judgements({ evaluation: found })))?.state
    expect(state(ties)).toBe('equivalent')
    expect(state(others)).toBe('different')
    expect(state({ ...evaluation, difference: 0.01 })).toBe('different')
  })

  it('call files of a run different that say something else than its logits and images', () => {
    const misreported = ['confusion matrix in evaluation.json', 'image in predictions.csv']
    const rows = behaviourOf('aligned', pair(), judgements({ evaluation: { ...evaluation, misreported } }))
    expect(row('cross-evaluation', rows)).toMatchObject({
      state: 'different',
      evidence:
        'files of tensorflow say something else than its logits, images and specification: confusion matrix in evaluation.json, image in predictions.csv',
    })
  })

  it.each(['accuracy', 'macroF1', 'loss', 'calibrationError', 'topFiveAccuracy'] as const)(
    'call a %s different that the logits of the run do not have',
    (metric) => {
      const [tensorflow, pytorch] = pair()
      const generous = { ...tensorflow, test: { ...tensorflow.test, [metric]: 0.987 } }
      const rows = behaviourOf('aligned', [generous, pytorch], judgements())
      expect(row('cross-evaluation', rows)).toMatchObject({
        state: 'different',
        evidence: expect.stringContaining('as it reported them and as pytorch computes them: 0.987 and'),
      })
    },
  )

  it('call a model different whose loss the other framework does not find, where its logits say little', () => {
    const run = finishedRun('tensorflow', 0)
    const found = { ...evaluation, bound: 0.5, metrics: metricsOf(run, 0.25) }
    expect(
      row('cross-evaluation', behaviourOf('aligned', pair(), judgements({ evaluation: found }))),
    ).toMatchObject({
      state: 'different',
      evidence: `pytorch tests tensorflow's model: loss ${run.test.loss + 0.25}, where tensorflow's own is ${run.test.loss}`,
    })
  })

  it('let the loss of the first step differ as far as the last places of the pixels move it', () => {
    const [tensorflow, pytorch] = pair()
    const further = { ...pytorch, firstStepLoss: (tensorflow.firstStepLoss ?? 0) + 1e-3 }
    const first = { ...replayed, epoch: 1, step: 1, lossBound: 2e-3 }
    const stateOf = (found: Judgement[]) =>
      row('first step', behaviourOf('aligned', [tensorflow, further], found))?.state
    expect(stateOf(judgements())).toBe('different')
    expect(stateOf(judgements({ steps: [first] }))).toBe('equivalent')
  })

  it('say how many kept steps nobody took again, and how many tensors say little', () => {
    const [tensorflow, pytorch] = pair()
    const runs = [tensorflow, pytorch].map((run) => ({
      ...run,
      facts: { ...run.facts, phases: [phase({ keptSteps: 3 })] },
    }))
    const rows = behaviourOf('aligned', runs, judgements({ steps: [{ ...replayed, loose: 2 }] }))
    expect(row('replayed steps', rows)).toMatchObject({
      state: 'unchecked',
      evidence: expect.stringMatching(
        /^Nobody looked at 2 kept steps of tensorflow seed 0, 2 kept steps of pytorch seed 0\..*2 of the 13 tensors of a step are known/,
      ),
    })
  })

  it('call a validation different that the other framework does not find with the same model', () => {
    const [tensorflow, pytorch] = pair()
    const record = {
      learningRate: 0.1,
      train: { accuracy: 0.8, loss: 0.5 },
      seconds: 1,
      imagesPerSecond: 10,
    }
    // The phase ended with the weights of its second epoch.
    const epochs = [0.7, 0.5, 0.6].map((loss, index) => ({
      ...record,
      phase: 1,
      epoch: index + 1,
      validation: { ...tensorflow.test, loss },
    }))
    const rowOf = (found: Partial<EvaluationMetrics>) =>
      row(
        'cross-evaluation',
        behaviourOf(
          'aligned',
          [
            {
              ...tensorflow,
              epochs,
              facts: {
                ...tensorflow.facts,
                images: [{ trained: 8, distinct: 8, weight: 8, loss: null, right: null, validated: 4 }],
              },
            },
            pytorch,
          ],
          judgements({
            evaluation: { ...evaluation, validation: { ...tensorflow.test, loss: 0.5, ...found } },
          }),
        ),
      )
    expect(rowOf({ loss: 0.5 + 1e-6 })?.state).toBe('equivalent')
    // One of the four answers may be a tie.
    expect(rowOf({ accuracy: tensorflow.test.accuracy - 0.25 })?.state).toBe('equivalent')
    expect(rowOf({ accuracy: tensorflow.test.accuracy - 0.5 })?.state).toBe('different')
    expect(rowOf({ loss: 0.6 })).toMatchObject({
      state: 'different',
      evidence: expect.stringContaining(
        'after epoch 2 of its last phase and as pytorch finds it: 0.5 and 0.6',
      ),
    })
  })

  it('say that all is alike only where both runs were judged', () => {
    const rows = behaviourOf('aligned', pair(), [judgement()])
    expect(row('replayed steps', rows)).toMatchObject({
      state: 'unchecked',
      evidence: expect.stringContaining('Nobody looked at pytorch seed 0.'),
    })
    expect(row('cross-evaluation', rows)?.state).toBe('unchecked')
  })

  it('say where nobody looked', () => {
    const rows = behaviourOf('aligned', pair(), [])
    expect(row('replayed steps', rows)).toMatchObject({ state: 'unchecked' })
    expect(row('cross-evaluation', rows)).toMatchObject({ state: 'unchecked' })
  })

  it('of idiomatic mode are told and break nothing', () => {
    const [tensorflow, pytorch] = pair()
    const rows = behaviourOf('idiomatic', [tensorflow, { ...pytorch, firstStepLoss: 9 }], [])
    expect(rows.map(({ ingredient, state }) => [ingredient, state])).toEqual([
      ['first step', 'different'],
      ['images', 'identical'],
    ])
    expect(brokenRows('idiomatic', rows)).toEqual([])
  })
})

const replayed: ReplayedStep = {
  phase: 1,
  epoch: 2,
  step: 3,
  losses: [0.5, 0.500001],
  lossBound: 1e-5,
  right: [6, 7],
  rightBound: 1,
  updates: [0.25, 0.25],
  inputs: 1e-6,
  inputsBound: 1e-4,
  worst: { tensor: 'head.0.weight', difference: 1e-5, bound: 1e-3, measure: 'change' },
  tensors: 13,
  loose: 0,
}

const evaluation = {
  images: 40,
  difference: 1e-6,
  bound: 1e-4,
  lossBound: 0.002,
  metrics: metricsOf(finishedRun('tensorflow', 0), 0.001),
  validation: null as EvaluationMetrics | null,
  validationTies: 1,
  misreported: [],
  different: [] as number[],
  ties: [] as number[],
}

/** Metrics of a run's kept logits, and those that the other framework finds, whose loss is larger. */
function metricsOf({ test }: FinishedRun, larger: number): CrossEvaluation['metrics'] {
  return [test, { ...test, loss: test.loss + larger }]
}

/** Judgements of both runs, of which TensorFlow's has these changes. */
function judgements(changes: Partial<Judgement> = {}): Judgement[] {
  const ofPytorch = { ...evaluation, metrics: metricsOf(finishedRun('pytorch', 0), 0.001) }
  return [judgement(changes), judgement({ judged: 'pytorch', judge: 'tensorflow', evaluation: ofPytorch })]
}

function judgement(changes: Partial<Judgement> = {}): Judgement {
  return {
    seed: 0,
    judged: 'tensorflow',
    judge: 'pytorch',
    steps: [replayed],
    evaluation,
    stepsInFloat64: [],
    ...changes,
  }
}

function pair(changes: Partial<Facts> = {}): [FinishedRun, FinishedRun] {
  const tensorflow = finishedRun('tensorflow', 0)
  const pytorch = { ...finishedRun('pytorch', 0), facts: facts(0, changes) }
  return [
    { ...tensorflow, firstStepLoss: 2.3 },
    { ...pytorch, firstStepLoss: 2.3000001 },
  ]
}

function phase(changes: Partial<TrainedPhase>): TrainedPhase {
  const [first] = facts(0).phases
  if (first === undefined) throw new Error('The facts have no phase.')
  return { ...first, ...changes }
}

function row(ingredient: string, rows: ReturnType<typeof behaviourOf>) {
  return rows.find((candidate) => candidate.ingredient === ingredient)
}
