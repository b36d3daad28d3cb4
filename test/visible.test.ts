import { expect, it } from 'vitest'
import { visible, visibleLines, visibleText } from '../src/visible.js'

it.each([
  ['an escape sequence', '\u001b[2J', '\\x1b[2J'],
  ['a control character of Latin-1, which some terminals take as one', '\u009b2J', '\\x9b2J'],
  ['a new line', 'a\nb\r\tc', 'a\\nb\\r\\tc'],
  ['a change of the writing direction', 'a\u202egnp.exe', 'a\\u202egnp.exe'],
  ['half a surrogate pair', '\ud800x', '\\ud800x'],
])('%s is written as an escape', (_, text, expected) => {
  expect(visibleText(text)).toBe(expected)
})

it('letters of all languages and emoji are left as they are', () => {
  const text = 'Zürich 東京 חתול 👩‍🔬 a b'
  expect(visibleText(text)).toBe(text)
})

it('lines can be kept', () => {
  expect(visibleLines('a\u0007\nb')).toBe('a\\x07\nb')
})

it('a value has all its texts escaped, and its fields, but for the lines of the issues of a specification', () => {
  const value = { 'a\n': ['\u001b', 1, null, true], failure: { code: 'SPEC_INVALID', message: 'a\n\u001b' } }
  expect(visible(value)).toEqual({
    'a\\n': ['\\x1b', 1, null, true],
    failure: { code: 'SPEC_INVALID', message: 'a\n\\x1b' },
  })
})
