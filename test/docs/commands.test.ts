import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../src/cli/program.js'
import { type CodeBlock, codeBlocksOf, pages, root } from './pages.js'
import { specificationsOf, writeSpecification } from './specifications.js'

// A block of commands is run here, unless a comment above it names the test that runs it, or says why none does:
//   <!-- run by test/integration/verify.test.ts -->      the same command and options, on a specification that takes seconds
//   <!-- not run: needs a GPU -->

const allBlocks = pages.flatMap(codeBlocksOf)
const blocks = allBlocks.filter(({ language }) => language === 'sh')
const runElsewhere = blocks.filter(({ comment }) => comment?.startsWith('run by '))
const runHere = blocks.filter(({ comment }) => comment === undefined)

const folder = mkdtempSync(path.join(tmpdir(), 'twintune-docs-'))
afterAll(() => rmSync(folder, { recursive: true }))
for (const { name, specification } of specificationsOf(pages)) writeSpecification(folder, name, specification)

describe('a block of commands', () => {
  it.each(runHere.map((block) => [block.place, block] as const))('ends as it says: %s', async (_, block) => {
    let printed = ''
    for (const { words, exitCode } of commandsOf(block)) {
      const [program, ...args] = words
      expect(program, "only twintune's quick commands are run here: others want a comment").toBe('twintune')
      const ended = await run(args)
      expect(ended.exitCode, `${args.join(' ')}\n${ended.stderr}`).toBe(exitCode)
      printed += ended.stdout
    }
    // Lines of JSON right after the commands are what they print.
    const next = allBlocks[allBlocks.indexOf(block) + 1]
    if (next?.language === 'jsonl') expect(printed).toBe(next.text)
  })

  it.each(runElsewhere.map((block) => [block.place, block] as const))(
    'stands with its options in the test that it names: %s',
    (_, block) => {
      const file = path.join(root, block.comment?.replace('run by ', '') ?? '')
      expect(existsSync(file), file).toBe(true)
      const test = readFileSync(file, 'utf8')
      for (const { words } of commandsOf(block)) {
        const [, command, ...args] = words
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
    for (const { words } of blocks.flatMap(commandsOf)) {
      const [program, target] = words
      if (program === 'make') expect(makefile).toMatch(new RegExp(`^${target}:`, 'm'))
    }
  })
})

/** The words of each command, without comments and redirections; and its exit code, which `# ends with 2` says if not 0. */
function commandsOf({ text }: CodeBlock): { words: string[]; exitCode: number }[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({
      words: line
        .replace(/\s+#.*| > .*/, '')
        .trim()
        .split(/\s+/),
      exitCode: Number(/# ends with (\d+)/.exec(line)?.[1] ?? 0),
    }))
}

async function run(args: readonly string[]) {
  const printed = { stdout: '', stderr: '' }
  const printTo = (name: keyof typeof printed) => (text: string) => {
    printed[name] += text
  }
  const [stdout, stderr] = [printTo('stdout'), printTo('stderr')]
  const exitCode = await runProgram(args, {
    stdout: (line) => stdout(`${line}\n`),
    stderr: (line) => stderr(`${line}\n`),
    streams: { stdout: { write: stdout }, stderr: { write: stderr } },
    env: { TWINTUNE_CACHE_DIR: path.join(folder, 'cache') },
    cwd: folder,
    signal: new AbortController().signal,
  })
  return { exitCode, ...printed }
}
