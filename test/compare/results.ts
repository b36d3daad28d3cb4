import type { Facts, RunResult } from '../../src/protocol/result.js'
import type { Framework } from '../../src/spec/schema.js'
import { finishedRun } from '../report/comparison.js'

// Results of runs with the facts that they report.

/** Facts that two runs of a seed share in aligned mode. */
export function facts(seed: number, changes: Partial<Facts> = {}): Facts {
  return {
    architecture: hash('a'),
    parameters: 11_000_000,
    weights: hash('b'),
    headInit: hash(`c${seed}`),
    split: hash('d'),
    pixels: hash(`e${seed}`),
    batchOrder: hash(`f${seed}`),
    optimizer: ['adam learningRate=0.001 epsilon=1e-08'],
    schedule: hash('0'),
    batchNorm: ['53 layers in inference, epsilon=1e-05, momentum=0.1'],
    precision: 'float32',
    device: 'cpu',
    deterministic: false,
    threads: '2 within, 1 between operations',
    ...changes,
  }
}

/** A finished run with its facts, and a test accuracy where it matters. */
export function result(
  framework: Framework,
  seed: number,
  {
    accuracy = 0.8,
    loss = 0.5,
    ...changes
  }: Partial<Facts> & { accuracy?: number; loss?: number | null } = {},
): RunResult {
  return finishedRun(framework, seed, { test: { accuracy, loss }, facts: facts(seed, changes) })
}

function hash(start: string): string {
  return start.padEnd(64, '9')
}
