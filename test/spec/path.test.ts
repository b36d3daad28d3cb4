import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatPath, getIn, parsePath, setIn } from '../../src/spec/path.js'

it('a path is written as in JavaScript', () => {
  expect(formatPath(['training', 'phases', 0, 'epochs'])).toBe('training.phases[0].epochs')
  expect(formatPath(['a', 'b c'])).toBe('a["b c"]')
  expect(formatPath([])).toBe('')
})

it.each(['', '.', 'a.', 'a[', 'a[x]', 'a b', '[0'])('%j is no path', (text) => {
  expect(parsePath(text)).toBe(null)
})

it('a path is read as it is written', () => {
  const key = fc.stringMatching(/^[A-Za-z_$][A-Za-z0-9_-]*$/)
  const path = fc.tuple(key, fc.array(fc.oneof(key, fc.nat()))).map(([first, rest]) => [first, ...rest])
  fc.assert(
    fc.property(path, (segments) => {
      expect(parsePath(formatPath(segments))).toEqual(segments)
    }),
  )
})

it('a value is set in a copy', () => {
  const before = { list: [{ a: 1 }], other: {} }
  const after = setIn(before, ['list', 0, 'a'], 2)
  expect(after).toEqual({ list: [{ a: 2 }], other: {} })
  expect(before.list[0]?.a).toBe(1)
  expect(getIn(after, ['other'])).toBe(before.other)
})

it('an entry is set beside the others of its list, and after the last one', () => {
  expect(setIn([1, 2], [0], 9)).toEqual([9, 2])
  expect(setIn([], [0], 9)).toEqual([9])
  expect(setIn([1], [1, 'a'], 9)).toEqual([1, { a: 9 }])
})

it('what only the prototype has is not there', () => {
  expect(getIn({}, ['constructor', 'name'])).toBe(undefined)
  setIn({}, ['__proto__', 'polluted'], true)
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
})
