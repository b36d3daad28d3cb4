import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { experimentSchema } from '../../src/spec/schema.js'
import { readPage, root } from './pages.js'
import { specificationsOf } from './specifications.js'

describe('README.md', () => {
  it('can be read in five minutes: it has fewer than 1,300 words', () => {
    expect(readPage('README.md').split(/\s+/).length).toBeLessThan(1300)
  })

  it('shows the specification of the sample, in brief', () => {
    const [shown] = specificationsOf(['README.md'])
    const sample: unknown = parse(readFileSync(path.join(root, 'examples/fashion-mnist.yaml'), 'utf8'))
    expect(experimentSchema.parse(shown?.specification)).toEqual(experimentSchema.parse(sample))
  })

  it('names the command that runs the tests', () => {
    expect(readPage('README.md')).toMatch(/^make test .*`N passed, N failed`/m)
  })
})
