import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../src/cli/program.js'
import { type CodeBlock, codeBlocksOf, pages, root } from './pages.js'
import { specificationsOf, writeSpecification } from './specifications.js'

// A block of commands is run here, unless a comment above it names the test that runs it, or says why none does:
//   <!-- run by test/integration/verify.test.ts -->
//   <!-- not run: needs a GPU -->

const blocks = pages.flatMap(codeBlocksOf).filter(({ language }) => language === 'sh')
const runElsewhere = blocks.filter(({ comment }) => comment?.startsWith('run by '))
const runHere = blocks.filter(({ comment }) => comment === undefined)

const folder = mkdtempSync(path.join(tmpdir(), 'twintune-docs-'))
afterAll(() => rmSync(folder, { recursive: true }))
for (const { name, specification } of specificationsOf(pages)) writeSpecification(folder, name, specification)

describe('a block of commands', () => {
  it.each(runHere.map((block) => [block.place, block] as const))('succeeds: %s', async (_, block) => {
    for (const [program, ...args] of commandsOf(block)) {
      expect(program, `${block.place} wants a comment: only twintune's quick commands are run here`).toBe(
        'twintune',
      )
      const { exitCode, stderr } = await run(args)
      expect(exitCode, `${args.join(' ')}\n${stderr}`).toBe(0)
    }
  })

  it.each(runElsewhere.map((block) => [block.place, block] as const))(
    'stands with its options in the test that it names: %s',
    (_, block) => {
      const file = path.join(root, block.comment?.replace('run by ', '') ?? '')
      expect(existsSync(file), file).toBe(true)
      const test = readFileSync(file, 'utf8')
      for (const [, command, ...args] of commandsOf(block)) {
        // Every command takes --json, and the rig of the tests adds it.
        const options = args.filter((arg) => arg.startsWith('--') && arg !== '--json')
        expect([`'${command}'`, ...options].filter((word) => !test.includes(word))).toEqual([])
      }
    },
  )
})

describe('a target of make', () => {
  it('is in the Makefile', () => {
    const makefile = readFileSync(path.join(root, 'Makefile'), 'utf8')
    for (const [, target] of blocks.flatMap(commandsOf).filter(([program]) => program === 'make')) {
      expect(makefile).toMatch(new RegExp(`^${target}:`, 'm'))
    }
  })
})

/** The words of each command, without comments, quotes and redirections. */
function commandsOf({ text }: CodeBlock): string[][] {
  return text
    .split('\n')
    .map((line) => line.replace(/(^|\s+)#.*| > .*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/))
}

async function run(args: readonly string[]): Promise<{ exitCode: number; stderr: string }> {
  let stderr = ''
  const collect = (text: string) => {
    stderr += text
  }
  const exitCode = await runProgram(args, {
    stdout: () => {},
    stderr: (line) => collect(`${line}\n`),
    streams: { stdout: { write: () => {} }, stderr: { write: collect } },
    env: { TWINTUNE_CACHE_DIR: path.join(folder, 'cache') },
    cwd: folder,
    signal: new AbortController().signal,
  })
  return { exitCode, stderr }
}
