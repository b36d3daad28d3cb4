import { describe, expect, it } from 'vitest'
import { readComments } from '../../scripts/held-options.js'

// As strings, line by line, so that this file's own lines are no such comments.
const inPython = [
  '# Holds the options training.batchSize,',
  '# training.ema.decay',
  '@pytest.mark.parametrize(',
  '    "framework",',
  '    FRAMEWORKS,',
  ')',
  'def test_an_average_is_kept(framework) -> None:',
]
const ofAFile = ['// Holds the option deterministic', '', "it('runs', () => {})"]
const inTypeScript = ['  // Holds the option comparison.vary', "  it('varies the order alone', () => {})"]

describe('a comment that says which options are held', () => {
  it('is of the test below it, also where decorators stand between', () => {
    expect(readComments(inPython.join('\n'))).toEqual([
      { options: ['training.batchSize', 'training.ema.decay'], test: 'test_an_average_is_kept' },
    ])
  })

  it('is of the whole file where an empty line follows', () => {
    expect(readComments(ofAFile.join('\n'))).toEqual([{ options: ['deterministic'], test: undefined }])
  })

  it('is of a test in TypeScript, which has a title', () => {
    expect(readComments(inTypeScript.join('\n'))).toEqual([
      { options: ['comparison.vary'], test: 'varies the order alone' },
    ])
  })
})
