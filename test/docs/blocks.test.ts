import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CodeBlock, codeBlocksOf, pages, root } from './pages.js'

// The languages whose blocks are checked, each by the test of its name; a block without a language is what a command printed.
const checked = new Set(['sh', 'yaml', 'ts', 'jsonl', ''])

/** Comment above a block of Python, which a test of pytest takes from the page and runs. */
const runByPytest = /^run by (test\/python\/\S+\.py)$/

// `make parity` runs the blocks of parity.md, and test_exporting.py those of export.md.
const pagesWithPython = ['docs/export.md', 'docs/parity.md']

describe('a block of README and docs', () => {
  it('is in a language that is checked', () => {
    const blocks = pages.filter((page) => !pagesWithPython.includes(page)).flatMap(codeBlocksOf)
    const isRun = ({ language, comment = '' }: CodeBlock) =>
      language === 'python' && runByPytest.test(comment)
    expect(blocks.filter((block) => !checked.has(block.language) && !isRun(block))).toEqual([])
  })

  it('of Python is taken from its page by the test that it names', () => {
    for (const page of pages) {
      for (const { comment = '' } of codeBlocksOf(page)) {
        const [, file] = runByPytest.exec(comment) ?? []
        if (file) expect(readFileSync(path.join(root, file), 'utf8')).toContain(path.basename(page))
      }
    }
  })

  it('has no comment but the test that runs it, the reason why none does, or the example that it is', () => {
    const comments = pages.flatMap(codeBlocksOf).flatMap(({ comment = [] }) => comment)
    const known = /^(run by test\/\S+\.(test\.ts|py)|not run: \S.*|examples\/api\/\S+\.ts)$/
    expect(comments.filter((comment) => !known.test(comment))).toEqual([])
  })
})
