import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { codeBlocksOf, pages, root } from './pages.js'

// A block of TypeScript is a file of examples/api, which the comment above the block names: there `tsc` checks its types.
const blocks = pages.flatMap(codeBlocksOf).filter(({ language }) => language === 'ts')

describe('the TypeScript of README and docs', () => {
  it.each(blocks.map((block) => [block.place, block] as const))('is an example: %s', (_, block) => {
    expect(block.comment).toMatch(/^examples\/api\/\S+\.ts$/)
    expect(block.text).toBe(readFileSync(path.join(root, block.comment ?? ''), 'utf8'))
  })

  it('shows every example', () => {
    const shown = blocks.flatMap(({ comment = [] }) => comment)
    const examples = readdirSync(path.join(root, 'examples/api')).map((file) => `examples/api/${file}`)
    expect(shown.toSorted()).toEqual(examples.toSorted())
  })
})
