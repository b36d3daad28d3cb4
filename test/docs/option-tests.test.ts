import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { findHeldOptions, isWithin, optionsToHold } from '../../scripts/held-options.js'
import { renderOptionTests } from '../../scripts/option-tests-page.js'

const root = new URL('../../', import.meta.url)
const schema: unknown = JSON.parse(readFileSync(new URL('schema/experiment.schema.json', root), 'utf8'))
const options = optionsToHold(schema)
const held = findHeldOptions(fileURLToPath(root))

describe('the options of the specification', () => {
  it('are each held by a test, as a comment above the test says', () => {
    const unheld = options.filter((option) => ![...held.keys()].some((path) => isWithin(option, path)))
    expect(unheld).toEqual([])
  })

  it('are the only ones that such comments speak of', () => {
    const unknown = [...held.keys()].filter((path) => !options.some((option) => isWithin(option, path)))
    expect(unknown).toEqual([])
  })
})

describe('docs/option-tests.md', () => {
  it('is what `npm run docs` writes', () => {
    const page = readFileSync(new URL('docs/option-tests.md', root), 'utf8')
    expect(page, 'run `npm run docs`').toBe(renderOptionTests(options, held))
  })
})
