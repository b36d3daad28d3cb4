import { describe, expect, it } from 'vitest'
import { codeBlocksOf, pages } from './pages.js'

// The languages whose blocks are checked, each by the test of its name; a block without a language is what a command printed.
const checked = new Set(['sh', 'yaml', 'ts', 'jsonl', ''])

// document.md is the text that twintune implements, whose listings test_listings.py runs; `make parity` runs those of parity.md.
const pagesWithPython = ['docs/document.md', 'docs/parity.md']

describe('a block of README and docs', () => {
  it('is in a language that is checked', () => {
    const blocks = pages.filter((page) => !pagesWithPython.includes(page)).flatMap(codeBlocksOf)
    expect(blocks.filter(({ language }) => !checked.has(language))).toEqual([])
  })

  it('has no comment but the test that runs it, the reason why none does, or the example that it is', () => {
    const comments = pages.flatMap(codeBlocksOf).flatMap(({ comment = [] }) => comment)
    const known = /^(run by test\/\S+\.test\.ts|not run: \S.*|examples\/api\/\S+\.ts)$/
    expect(comments.filter((comment) => !known.test(comment))).toEqual([])
  })
})
