import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isMapping } from '../../src/spec/path.js'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/training.md', root), 'utf8')
const rows = page.split('\n').filter((line) => line.startsWith('| `'))
const optionsOf = (row: string) => codeSpans(row.split('|')[1] ?? '').map(fullPath)
const testsOf = (row: string) => codeSpans(row.split('|').at(-2) ?? '')

describe('docs/training.md', () => {
  it('has a row for every option of data, augmentation, training and comparison', () => {
    const described = rows.flatMap(optionsOf)
    const missing = trainingOptions().filter(
      (option) => !described.some((path) => option === path || option.startsWith(`${path}.`)),
    )
    expect(missing).toEqual([])
  })

  it('speaks of no option that is not there', () => {
    const options = trainingOptions()
    const unknown = rows
      .flatMap(optionsOf)
      .filter((path) => !options.some((option) => option === path || option.startsWith(`${path}.`)))
    expect(unknown).toEqual([])
  })

  it.each(rows.map((row) => [optionsOf(row).join(', '), row]))(
    'names a test that exists for %s',
    (_, row) => {
      const tests = testsOf(row)
      expect(tests.length).toBeGreaterThan(0)
      for (const test of tests) {
        const [file = '', name] = test.split('::')
        expect(existsSync(new URL(file, root)), file).toBe(true)
        if (name !== undefined) expect(readFileSync(new URL(file, root), 'utf8')).toContain(name)
      }
    },
  )
})

function codeSpans(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

// The page leaves out what its headings say.
function fullPath(option: string): string {
  if (/^(dataset|augmentation|model|comparison|deterministic)\b/.test(option)) return option
  if (/^(optimizer|schedule)\./.test(option)) return `training.phases[].${option}`
  return `training.${option}`
}

function trainingOptions(): string[] {
  const schema: unknown = JSON.parse(readFileSync(new URL('schema/experiment.schema.json', root), 'utf8'))
  return [...new Set(leaves(schema, ''))].filter(
    (option) =>
      /^(dataset|augmentation|training|comparison)\./.test(option) ||
      option === 'deterministic' ||
      option === 'model.head.dropout',
  )
}

// The paths of a JSON Schema that hold a value, of all variants.
function leaves(schema: unknown, path: string): string[] {
  if (!isMapping(schema)) return []
  const variants = [schema.anyOf, schema.oneOf].flatMap((list) => (Array.isArray(list) ? list : []))
  if (variants.length > 0) return variants.flatMap((variant) => leaves(variant, path))
  if (isMapping(schema.properties)) {
    return Object.entries(schema.properties).flatMap(([key, child]) =>
      leaves(child, path === '' ? key : `${path}.${key}`),
    )
  }
  if (isMapping(schema.items) && isMapping(schema.items.properties)) return leaves(schema.items, `${path}[]`)
  return [path]
}
