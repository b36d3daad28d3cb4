import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ProgressLine } from '../../src/log/progress-line.js'
import { OutputBuffer } from './output-buffer.js'

beforeEach(() => {
  vi.stubEnv('CI', '')
})
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('a line of progress', () => {
  it('changes in place on a terminal', () => {
    const stream = new OutputBuffer({ isTTY: true })
    const line = new ProgressLine(stream, false)
    line.show('1 of 2')
    line.show('2 of 2')
    line.clear()
    expect(stream.text).toContain('2 of 2')
  })

  it.each([
    ['where nothing can be written over', false, false],
    ['when quiet is wanted', true, true],
  ])('is not there %s', (_, isTTY, quiet) => {
    const stream = new OutputBuffer({ isTTY })
    const line = new ProgressLine(stream, quiet)
    line.show('1 of 2')
    line.clear()
    expect(stream.text).toBe('')
  })
})
