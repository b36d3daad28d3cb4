import type { Facts } from '../../src/protocol/facts.js'
import type { FinishedRun } from '../../src/protocol/result.js'
import type { Framework } from '../../src/spec/schema.js'
import { facts, finishedRun } from '../report/comparison.js'

/** A finished run with what it read back, and a test accuracy and loss where they matter. */
export function result(
  framework: Framework,
  seed: number,
  {
    accuracy = 0.8,
    testLoss = 0.5,
    ...changes
  }: Partial<Facts> & { accuracy?: number; testLoss?: number } = {},
): FinishedRun {
  return finishedRun(framework, seed, {
    test: {
      accuracy,
      topFiveAccuracy: null,
      macroF1: accuracy - 0.01,
      loss: testLoss,
      calibrationError: 0.02,
    },
    facts: facts(seed, changes),
  })
}

/** The same run as a repeat. */
export function repeated(run: FinishedRun): FinishedRun {
  return { ...run, repeat: true }
}
