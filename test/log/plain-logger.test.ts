import picocolors from 'picocolors'
import { expect, test } from 'vitest'
import type { Event } from '../../src/events.js'
import { PlainLogger } from '../../src/log/plain-logger.js'
import { at, compareEvents, firstOf, runEvents } from './events.js'
import { OutputBuffer } from './output-buffer.js'

test('a run is told in a line for its start, phase, epochs, test and end', () => {
  const lines = linesOf(runEvents('pytorch', 0, 0))
  expect(lines).toEqual([
    'PyTorch seed 0  started',
    'PyTorch seed 0  computing features 1,824/2,400',
    'PyTorch seed 0  phase 1/1: trains head (1,321,994 parameters) on features',
    'PyTorch seed 0  epoch 1/3  loss 0.9000  accuracy 75.00%  val loss 0.9500  val accuracy 76.00%  0.4 s  6,310 images/s',
    'PyTorch seed 0  epoch 2/3  loss 0.4500  accuracy 80.00%  val loss 0.4750  val accuracy 80.00%  0.4 s  6,310 images/s',
    'PyTorch seed 0  epoch 3/3  loss 0.3000  accuracy 85.00%  val loss 0.3167  val accuracy 84.00%  0.4 s  6,310 images/s',
    'PyTorch seed 0  test accuracy 86.10%, loss 0.4102 on 1,000 images',
    'PyTorch seed 0  finished: 85.80% test accuracy in 19 s',
  ])
})

test('what a framework judges of the other is told', () => {
  const judging = {
    type: 'judging',
    time: at(0),
    framework: 'pytorch',
    seed: 3,
    judged: 'tensorflow',
  } as const
  expect(
    linesOf([
      { ...judging, replay: true, models: 6 },
      { ...judging, replay: false, models: 1 },
    ]),
  ).toEqual([
    "PyTorch  takes steps of TensorFlow's run of seed 3 again, tests 6 models of TensorFlow",
    'PyTorch  tests 1 model of TensorFlow',
  ])
})

test('a phase that ended early says why, and which weights it ends with', () => {
  const finished: Event = {
    type: 'phase-finished',
    time: at(0),
    framework: 'pytorch',
    seed: 0,
    phase: 1,
    epochs: 10,
    epochsDone: 5,
    endedEarly: 'validation loss did not improve on 0.4000 (epoch 3) in 2 epochs',
    bestEpoch: 3,
    weightsOf: 3,
  }
  expect(linesOf([finished])).toEqual([
    'PyTorch seed 0  phase 1 ended early after epoch 5/10: validation loss did not improve on 0.4000 (epoch 3) in 2 epochs; goes back to the weights of epoch 3',
  ])
  expect(linesOf([{ ...finished, epochsDone: 10, endedEarly: null, weightsOf: 10 }])).toEqual([])
})

test('a comparison that goes on says what is left, and each run where it goes on', () => {
  const started = firstOf('comparison-started')
  const lines = linesOf([
    { ...started, type: 'comparison-resumed', runs: started.runs.slice(1), kept: 1 },
    {
      type: 'run-placed',
      time: at(0),
      framework: 'pytorch',
      seed: 0,
      node: 'trainer-2 (5e6f7a8b)',
      pid: 7,
      movedFrom: 'trainer-1 (1a2b3c4d)',
    },
    {
      type: 'run-resumed',
      time: at(0),
      framework: 'pytorch',
      seed: 0,
      phase: 2,
      epoch: 1,
      step: 40,
      epochs: [],
    },
  ])
  expect(lines).toEqual([
    'fashion-frozen: resumed with 3 runs to go in aligned mode, 1 finished run kept',
    'Comparison folder: runs/fashion-frozen-20261124-101500-k3f9',
    'PyTorch seed 0     moves to trainer-2 (5e6f7a8b), since trainer-1 (1a2b3c4d) is lost',
    'PyTorch seed 0     goes on from its last checkpoint: phase 2, after 1 epoch and batch 40 of the next',
  ])
})

test('the labels of all runs are as wide as the widest', () => {
  const lines = linesOf([...compareEvents().slice(0, 2), ...runEvents('pytorch', 0, 0).slice(0, 1)])
  expect(lines).toEqual([
    'fashion-frozen: 4 runs in aligned mode',
    'Comparison folder: runs/fashion-frozen-20261124-101500-k3f9',
    'TensorFlow         starting Python',
    'PyTorch seed 0     started',
  ])
})

test('steps are told every five seconds at most, for each run by itself', () => {
  const step = firstOf('step')
  const seconds = Array.from({ length: 41 }, (_, index) => index / 2)
  const lines = linesOf([
    ...(['tensorflow', 'pytorch'] as const).map((framework) => ({
      ...firstOf('run-started'),
      time: at(0),
      framework,
    })),
    ...seconds.flatMap((second) =>
      (['tensorflow', 'pytorch'] as const).map((framework) => ({ ...step, framework, time: at(second) })),
    ),
  ])
  expect(lines.filter((line) => line.includes('TensorFlow seed 0  epoch 1/3  step 25/75'))).toHaveLength(4)
  expect(lines.filter((line) => line.includes('PyTorch seed 0  epoch 1/3  step 25/75'))).toHaveLength(4)
})

test('a loss that is not finite, a missing validation and a missing speed leave no hole', () => {
  const epoch = firstOf('epoch')
  const bare = { ...epoch, train: { accuracy: 0.1, loss: null }, validation: null, imagesPerSecond: null }
  const [line] = linesOf([bare])
  expect(line).toBe('TensorFlow seed 0  epoch 1/3  loss –  accuracy 10.00%  0.4 s')
})

function linesOf(events: readonly Event[]): string[] {
  const stream = new OutputBuffer()
  const logger = new PlainLogger(stream, picocolors.createColors(false))
  for (const event of events) logger.log(event)
  logger.close()
  return stream.lines
}
