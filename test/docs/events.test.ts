import { describe, expect, it } from 'vitest'
import { eventSchema, validateIssueSchema } from '../../src/schemas.js'
import { codeBlocksOf, pages } from './pages.js'

const blocks = pages.flatMap(codeBlocksOf).filter(({ language }) => language === 'jsonl')

describe('the lines of JSON in README and docs', () => {
  it.each(blocks.map((block) => [block.place, block] as const))('are in the schema: %s', (_, { text }) => {
    for (const line of text.trim().split('\n')) {
      const value: unknown = JSON.parse(line)
      const fits = [eventSchema, validateIssueSchema].some((schema) => schema.safeParse(value).success)
      expect(fits, line).toBe(true)
    }
  })
})
