import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isWithin, optionsToHold } from '../../scripts/held-options.js'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/training.md', root), 'utf8')
const schema: unknown = JSON.parse(readFileSync(new URL('schema/experiment.schema.json', root), 'utf8'))
const options = optionsToHold(schema)
const described = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .flatMap((row) => codeSpans(row.split('|')[1] ?? ''))
  .map(fullPath)

describe('docs/training.md', () => {
  it('has a row for every option of data, augmentation, training and comparison', () => {
    const missing = options.filter((option) => !described.some((path) => isWithin(option, path)))
    expect(missing).toEqual([])
  })

  it('speaks of no option that is not there', () => {
    const unknown = described.filter((path) => !options.some((option) => isWithin(option, path)))
    expect(unknown).toEqual([])
  })
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
