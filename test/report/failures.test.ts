import { expect, test } from 'vitest'
import { renderFailure } from '../../src/report/failures.js'
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
