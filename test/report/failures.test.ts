import { expect, test } from 'vitest'
import { renderFailure, renderFailures } from '../../src/report/failures.js'
import { createStyle } from '../../src/report/style.js'
import { unfinishedResult } from '../../src/run/carry-out-run.js'
import { lossNotFinite } from './comparison.js'

const plain = { color: false, columns: 80 }

test('a failure is its message and code, then what mends it', () => {
  expect(renderFailure(lossNotFinite, plain)).toBe(
    'error The loss became NaN at step 41 of epoch 2. (LOSS_NOT_FINITE)\n' +
      '  Hint: Lower training.phases[0].optimizer.learningRate.',
  )
})

test('an exception is named in one line, its traceback is left to the comparison folder', () => {
  const cause = {
    type: 'ValueError',
    message: 'bad shape\nand more',
    detail: 'Traceback (most recent call last):',
  }
  expect(
    renderFailure({ code: 'PYTHON_EXCEPTION', message: 'Python raised.', hint: null, cause }, plain),
  ).toBe('error Python raised. (PYTHON_EXCEPTION)\n  ValueError: bad shape')
})

test('an exception that the message tells already is not told again', () => {
  const cause = { type: 'ValueError', message: 'bad shape', detail: '' }
  const failure = { code: 'PYTHON_EXCEPTION', message: 'ValueError: bad shape', hint: null, cause } as const
  expect(renderFailure(failure, plain)).toBe('error ValueError: bad shape (PYTHON_EXCEPTION)')
})

test('a failure of both frameworks is told once, with the runs that it struck', () => {
  const failure = {
    code: 'PACKAGE_MISSING',
    message: 'No msgspec.',
    hint: 'twintune setup',
    cause: null,
  } as const
  const runs = (['tensorflow', 'pytorch'] as const).flatMap((framework) =>
    [0, 1].map((seed) => unfinishedResult({ framework, seed }, failure)),
  )
  const text = renderFailures(runs, createStyle(plain)) ?? ''
  expect(text.match(/No msgspec/g)).toHaveLength(1)
  expect(text).toContain('TensorFlow seeds 0, 1')
  expect(text).toContain('PyTorch seeds 0, 1')
})
