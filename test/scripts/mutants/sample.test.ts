import { describe, expect, it } from 'vitest'
import { fraction, mutantId } from '../../../scripts/mutants/sample.js'

const source = 'const a = 1\n\nexport const f = () => a + a\n'
const place = { mutatorName: 'ArithmeticOperator', replacement: 'a - a', line: 2, column: 23 }

describe('the name of a mutant', () => {
  it('stays when the line moves', () => {
    const moved = `// A comment.\n${source.replace('export', '  export')}`
    const id = mutantId(source, place)
    expect(mutantId(moved, { ...place, line: 3, column: 25 })).toBe(id)
  })

  it('differs by kind, replacement, column and earlier lines of the same text', () => {
    const ids = [
      mutantId(source, place),
      mutantId(source, { ...place, mutatorName: 'ArrowFunction' }),
      mutantId(source, { ...place, replacement: 'a * a' }),
      mutantId(source, { ...place, column: 0 }),
      mutantId(`export const f = () => a + a\n${source}`, { ...place, line: 3 }),
    ]
    expect(new Set(ids).size).toBe(ids.length)
  })
})

it('fractions depend on seed and name, and spread from 0 to 1', () => {
  const fractions = Array.from({ length: 1000 }, (_, i) => fraction('17', `name ${i}`))
  expect(fraction('17', 'name 0')).toBe(fractions[0])
  expect(fraction('18', 'name 0')).not.toBe(fractions[0])
  expect(fractions.filter((share) => share < 0.25).length).toBeGreaterThan(200)
  expect(fractions.filter((share) => share < 0.25).length).toBeLessThan(300)
})
