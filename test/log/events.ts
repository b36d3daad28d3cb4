import type { Event, EventOf } from '../../src/events.js'
import type { Framework } from '../../src/spec/schema.js'
import { comparison, finishedRun } from '../report/comparison.js'

// The events of a small comparison, as the two frameworks report them.

export const comparisonDirectory = 'runs/fashion-frozen-20261124-101500-k3f9'

const epochs = 3
const steps = 75
const begin = Date.parse('2026-11-24T10:15:00.000Z')

/** Two frameworks, two seeds, one run after the other: each takes about ten seconds. */
export function compareEvents(): Event[] {
  const runs = [
    { framework: 'tensorflow', seed: 0 },
    { framework: 'pytorch', seed: 0 },
    { framework: 'pytorch', seed: 1 },
    { framework: 'tensorflow', seed: 1 },
  ] as const
  return [
    {
      type: 'comparison-started',
      time: at(0),
      experiment: 'fashion-frozen',
      mode: 'aligned',
      comparisonDirectory,
      evidence: { replay: 'first', crossEvaluation: true },
      runs: [...runs],
    },
    ...workerEvents('tensorflow', 4.1),
    ...workerEvents('pytorch', 2.3),
    ...runs.flatMap(({ framework, seed }, index) => runEvents(framework, seed, 5 + 12 * index)),
    { type: 'comparison-finished', time: at(60), comparisonDirectory, comparison: comparison() },
  ]
}

/** The first event of that type, for a line of its own. */
export function firstOf<Type extends Event['type']>(type: Type): EventOf<Type> {
  const found = compareEvents().find((event): event is EventOf<Type> => event.type === type)
  if (found === undefined) throw new Error(`No event of type ${type}`)
  return found
}

/** One run from its start to its end, from that second on. */
export function runEvents(framework: Framework, seed: number, start: number): Event[] {
  const of = { framework, seed }
  const features = [0, 608, 1216, 1824, 2400].map(
    (done, index): Event => ({
      type: 'stage',
      time: at(start + 1 + 1.5 * index),
      ...of,
      stage: 'features',
      done,
      total: 2400,
    }),
  )
  return [
    { type: 'run-started', time: at(start), ...of, workerPid: 4021, pythonPid: 4029 },
    { type: 'stage', time: at(start + 0.1), ...of, stage: 'data' },
    { type: 'stage', time: at(start + 0.4), ...of, stage: 'build' },
    ...features,
    {
      type: 'phase-started',
      time: at(start + 7.5),
      ...of,
      phase: 1,
      phases: 1,
      epochs,
      trainable: 'head',
      trainableParameters: 1_321_994,
      input: 'features',
    },
    ...Array.from({ length: epochs }, (_, index) => epochEvents(of, index + 1, start + 7.6 + index)).flat(),
    { type: 'stage', time: at(start + 10.6), ...of, stage: 'evaluate', done: 512, total: 1000 },
    {
      type: 'evaluation',
      time: at(start + 11),
      ...of,
      split: 'test',
      count: 1000,
      accuracy: 0.861,
      topFiveAccuracy: 0.991,
      macroF1: 0.8598,
      loss: 0.4102,
      calibrationError: 0.0213,
    },
    { type: 'checkpoint', time: at(start + 11.1), ...of, path: `${framework}-seed${seed}/checkpoint` },
    { type: 'run-finished', time: at(start + 11.2), ...of, result: finishedRun(framework, seed) },
  ]
}

/** The time of an event, in seconds after the beginning. */
export function at(seconds: number): string {
  return new Date(begin + 1000 * seconds).toISOString()
}

function epochEvents(of: { framework: Framework; seed: number }, epoch: number, start: number): Event[] {
  const progress = [25, 50, 75].map(
    (step, index): Event => ({
      type: 'step',
      time: at(start + 0.3 * index),
      ...of,
      phase: 1,
      epoch,
      epochs,
      step,
      steps,
      loss: 0.9 / epoch - 0.001 * step,
      imagesPerSecond: 6310,
      secondsLeft: (epochs - epoch) * 0.9 + 0.3 * (2 - index),
    }),
  )
  return [
    ...progress,
    {
      type: 'epoch',
      time: at(start + 0.9),
      ...of,
      epochs,
      phase: 1,
      epoch,
      learningRate: 1e-3,
      train: { accuracy: 0.7 + 0.05 * epoch, loss: 0.9 / epoch },
      validation: {
        accuracy: 0.72 + 0.04 * epoch,
        topFiveAccuracy: 0.98,
        macroF1: 0.71 + 0.04 * epoch,
        loss: 0.95 / epoch,
        calibrationError: 0.02,
      },
      seconds: 0.39,
      imagesPerSecond: 6310,
    },
  ]
}

function workerEvents(framework: Framework, ready: number): Event[] {
  return [
    { type: 'worker', time: at(0.1), framework, state: 'starting' },
    { type: 'worker', time: at(0.3), framework, state: 'importing' },
    { type: 'worker', time: at(ready), framework, state: 'ready' },
  ]
}
