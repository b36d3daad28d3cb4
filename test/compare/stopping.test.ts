// Holds the options training.earlyStopping.minDelta, training.earlyStopping.mode, training.earlyStopping.restoreBest

import { describe, expect, it } from 'vitest'
import { stoppingRow } from '../../src/compare/stopping.js'
import type { FinishedRun } from '../../src/protocol/result.js'
import { earlyStoppingSchema, phaseSchema } from '../../src/spec/training-schema.js'
import { finishedRun } from '../report/comparison.js'

const phases = [phaseSchema.parse({ epochs: 5 })]

/** A run whose validations had these losses, and which says that it ended with the weights of an epoch. */
function runOf(losses: readonly number[], weightsOf: number): FinishedRun {
  const run = finishedRun('pytorch', 0)
  const [phase] = run.facts.phases
  if (phase === undefined) throw new Error('The run of the tests has a phase.')
  return {
    ...run,
    facts: { ...run.facts, phases: [{ ...phase, weightsOf }] },
    epochs: losses.map((loss, index) => ({
      phase: 1,
      epoch: index + 1,
      learningRate: 0.1,
      train: { accuracy: 0.5, loss: 1 },
      validation: { ...run.test, loss, accuracy: 1 - loss / 10 },
      seconds: 1,
      imagesPerSecond: 1,
    })),
  }
}

function stateOf(run: FinishedRun, rule?: Parameters<typeof earlyStoppingSchema.parse>[0]) {
  const other: FinishedRun = { ...run, framework: 'tensorflow' }
  const earlyStopping = rule === undefined ? undefined : earlyStoppingSchema.parse(rule)
  return stoppingRow({ phases, earlyStopping }, [run, other])[0]?.state
}

describe('a phase', () => {
  it('without early stopping ends with its last planned epoch', () => {
    expect(stateOf(runOf([5, 4, 3, 4, 5], 5))).toBe('identical')
    expect(stateOf(runOf([5, 4, 3, 4], 4))).toBe('different')
    expect(stateOf(runOf([5, 4, 3, 4, 5], 3))).toBe('different')
  })

  it('ends when its validations have not improved for as many epochs as the patience has', () => {
    expect(stateOf(runOf([3, 2, 2.5, 2.6], 2), { patience: 2 })).toBe('identical')
    expect(stateOf(runOf([3, 2, 2.5], 2), { patience: 2 })).toBe('different')
    expect(stateOf(runOf([3, 2, 2.5, 2.6, 2.7], 2), { patience: 2 })).toBe('different')
  })

  it('ends with the weights of its best epoch, unless they are not to be restored', () => {
    expect(stateOf(runOf([3, 2, 2.5, 2.6], 4), { patience: 2 })).toBe('different')
    expect(stateOf(runOf([3, 2, 2.5, 2.6], 4), { patience: 2, restoreBest: false })).toBe('identical')
  })

  it('takes the smallest difference that counts, and the direction, as they are specified', () => {
    expect(stateOf(runOf([3, 2.5, 2, 1.9], 1), { patience: 2, minDelta: 0.5 })).toBe('different')
    expect(stateOf(runOf([3, 2.5, 2.1, 2.2, 2.3], 3), { patience: 2, minDelta: 0.5 })).toBe('identical')
    expect(stateOf(runOf([2, 3, 4], 1), { monitor: 'accuracy', patience: 2 })).toBe('identical')
    expect(stateOf(runOf([2, 3, 4, 5, 6], 5), { mode: 'max', patience: 2 })).toBe('identical')
  })
})

it('names the run, and what its validations say', () => {
  const run = runOf([3, 2, 2.5, 2.6], 4)
  const earlyStopping = earlyStoppingSchema.parse({ patience: 2 })
  const [row] = stoppingRow({ phases, earlyStopping }, [run, { ...run, framework: 'tensorflow' }])
  expect(row?.evidence).toBe(
    'phase 1 of tensorflow: 4 epochs, and the weights of epoch 4; its validations say 4 epochs, and the weights of epoch 2',
  )
})
