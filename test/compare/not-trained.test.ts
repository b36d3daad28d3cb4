import { expect, test } from 'vitest'
import { whyNotTrained } from '../../src/compare/not-trained.js'
import { result } from './results.js'

const trained = { accuracy: 0.9, testLoss: 0.4 }

test('models that learned something are trained, though sure of wrong answers', () => {
  expect(whyNotTrained([result('tensorflow', 0, trained)])).toBeNull()
  expect(whyNotTrained([result('tensorflow', 0, { ...trained, testLoss: 6 })])).toBeNull()
  expect(whyNotTrained([])).toBeNull()
})

test('a loss far above that of guessing is one of a diverged run, whatever the accuracy', () => {
  const reason = whyNotTrained([
    result('tensorflow', 0, trained),
    result('pytorch', 0, { ...trained, testLoss: 552 }),
  ])
  expect(reason).toMatch(/^PyTorch diverged in 1 of 1 runs: its median test loss is 552, and guessing has/)
})

test('models that do no better than guessing have learned nothing', () => {
  const reason = whyNotTrained([result('tensorflow', 0, { accuracy: 0.1, testLoss: 2.3 })])
  expect(reason).toMatch(/^TensorFlow learned nothing in 1 of 1 runs/)
})

test('one bad seed of three is left to the statistics', () => {
  const bad = result('pytorch', 2, { ...trained, testLoss: 763 })
  const good = [0, 1].map((seed) => result('pytorch', seed, trained))
  expect(whyNotTrained([...good, bad])).toBeNull()
})
